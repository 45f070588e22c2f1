use gen::yield_;

#[gen::coroutine]
fn constant() -> usize {
    const ONE: usize = yield_!(std::future::ready(1)).unwrap();
    static TWO: usize = yield_!(std::future::ready(2)).unwrap();
    ONE + TWO + const { yield_!(std::future::ready(3)).unwrap() }
}

fn main() {
    let _ = gen::block_on(constant());
}
