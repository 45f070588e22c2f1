use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!((0..3).map(std::future::ready))?; // `Map<..>` cannot be yielded from a coroutine
    Ok(())
}

fn main() {}
