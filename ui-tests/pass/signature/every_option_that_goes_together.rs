//! Uses all options that do not contradict each other.

#[gen::coroutine(boxed, send, returns, crate = gen)]
fn body() -> gen::Result<u32> {
    Err(gen::Return(6_u32))
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
