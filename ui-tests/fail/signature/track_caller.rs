#[gen::coroutine]
#[track_caller]
fn tracked() {}

fn main() {
    gen::block_on(tracked());
}
