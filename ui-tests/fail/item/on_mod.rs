#[gen::coroutine]
mod inner {}

fn main() {}
