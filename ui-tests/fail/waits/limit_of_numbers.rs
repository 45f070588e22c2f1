use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<Vec<u8>> {
    yield_!(gen::limit(2, vec![1_u8]))
}

fn main() {}
