#[gen::coroutine]
struct Type;

fn main() {}
