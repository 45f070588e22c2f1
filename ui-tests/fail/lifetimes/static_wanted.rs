//@ rustc: it suggests to add `+ '_`, which cannot be added to a return type of a coroutine; write the lifetime into the type

#[gen::coroutine]
fn forever(text: &str) -> &'static str {
//~^ rustc: lifetime may not live long enough
    text
}

fn main() {}
