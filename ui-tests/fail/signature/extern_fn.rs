#[gen::coroutine]
extern "C" fn exported(n: u32) -> u32 {
    n
}

fn main() {
    let _ = gen::block_on(exported(1));
}
