#[gen::coroutine]
pub const fn constant() -> u32 {
    1
}

fn main() {
    let _ = gen::block_on(constant());
}
