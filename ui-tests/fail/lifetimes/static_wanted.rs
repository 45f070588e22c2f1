//@ rustc: rustc suggests to add `+ '_`, which the return type of a coroutine cannot have; write the lifetime in the type

#[gen::coroutine]
fn forever(text: &str) -> &'static str {
//~^ rustc: lifetime may not live long enough
    text
}

fn main() {}
