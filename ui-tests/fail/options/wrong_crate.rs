#[gen::coroutine(crate = nowhere::runtime)]
fn plain(n: u32) -> u32 {
    n
}

fn main() {}
