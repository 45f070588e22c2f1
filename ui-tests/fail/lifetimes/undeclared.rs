//@ several: rustc looks for it in the signature and in the body, and misses it twice
//@ rustc: its type is repeated in the body, which is held to it

#[gen::coroutine]
fn first(text: &str) -> &'a str {
//~^ rustc: use of undeclared lifetime name `'a`
//~^^ rustc: use of undeclared lifetime name `'a`
    text
}

fn main() {}
