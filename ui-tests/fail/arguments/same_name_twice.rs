#[gen::coroutine]
fn twice(n: u32, n: u32) -> u32 {
//~^ rustc: identifier `n` is bound more than once in this parameter list
    n
}

fn main() {}
