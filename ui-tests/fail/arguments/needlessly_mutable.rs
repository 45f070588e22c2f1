#![deny(unused_mut)]

#[gen::coroutine]
fn fixed(mut n: u32) -> u32 {
//~^ rustc: variable does not need to be mutable
    n
}

fn main() {
    let _ = gen::block_on(fixed(1));
}
