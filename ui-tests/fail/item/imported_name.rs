use gen::coroutine;

#[coroutine]
fn ambiguous() {}

fn main() {}
