use gen::yield_;

fn plain() -> gen::Result<u32> {
    yield_!(std::future::ready(1))
}

fn main() {
    let _ = plain();
}
