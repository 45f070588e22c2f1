#[gen::coroutine]
fn declared(n: u32) -> u32;

fn main() {}
