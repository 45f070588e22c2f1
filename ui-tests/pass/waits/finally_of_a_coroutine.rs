use gen::yield_;

#[gen::coroutine]
fn clean_up() -> gen::Result {
    Ok(())
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let seven = async { gen::Ok(7) };
    let one = yield_!(gen::finally(seven, clean_up()))?;
    let eight = async { gen::Ok(8) };
    let other = yield_!(gen::finally(eight, || clean_up()))?;
    Ok(one + other)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 15);
}
