#[gen::coroutine]
fn declared(n: u32) -> u32;
//~^ rustc: free function without a body

fn main() {}
