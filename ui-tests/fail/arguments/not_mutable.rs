#[gen::coroutine]
fn fixed(n: u32) -> u32 {
    n += 1;
    //~^ rustc: cannot assign twice to immutable variable `n`
    n
}

fn main() {
    let _ = gen::block_on(fixed(1));
}
