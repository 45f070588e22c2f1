#[gen::coroutine]
fn length(text: &'a str) -> usize {
//~^ rustc: use of undeclared lifetime name `'a`
    text.len()
}

fn main() {}
