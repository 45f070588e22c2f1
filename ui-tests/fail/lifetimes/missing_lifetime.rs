#[gen::coroutine]
fn longest(a: &str, b: &str) -> &str {
//~^ rustc: missing lifetime specifier
    if a.len() > b.len() { a } else { b }
}

fn main() {
    let _ = gen::block_on(longest("a", "b"));
}
