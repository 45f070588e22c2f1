#[gen::coroutine]
#[gen::co]
fn doubled() -> u32 {
    1
}

fn main() {
    let _: u32 = gen::block_on(doubled());
}
