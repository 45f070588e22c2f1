use gen::yield_;

#[gen::engine]
fn engine() -> gen::Result<u32> {
    yield_!(gen::moment())?;
    Ok(42)
}

fn main() {}
