#[gen::coroutine]
fn first<'a, 'b>(a: &'a str, b: &'b str) -> &'a str {
//~^ rustc: lifetime may not live long enough
    if a.is_empty() { b } else { a }
}

fn main() {}
