use gen::yield_;
use std::future::ready;

#[gen::coroutine]
fn body() -> gen::Result<(u8, u8)> {
    let mut waits = gen::WaitIterator::new([ready("1".parse::<u8>()), ready("2".parse::<u8>())]);
    yield_!((waits.next(), waits.next()))
}

fn main() {}
