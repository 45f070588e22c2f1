use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(())?; // to give the others a turn, yield `gen::moment()`
    Ok(())
}

fn main() {}
