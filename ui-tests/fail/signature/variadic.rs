#[gen::coroutine]
fn many(first: u32, rest: ...) -> u32 {
    first
}

fn main() {}
