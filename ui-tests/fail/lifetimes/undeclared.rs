

#[gen::coroutine]
fn first(text: &str) -> &'a str {
//~^ rustc: use of undeclared lifetime name `'a`
    text
}

fn main() {}
