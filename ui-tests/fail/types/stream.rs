use gen::{yield_, WaitIterator};

#[gen::coroutine]
fn body(list: Vec<gen::BoxYieldable<'_, u32>>) -> gen::Result {
    let waits = WaitIterator::new(list);
    yield_!(waits)?;
    //~^ gen: a stream cannot be yielded: it has many values, one after the other
    //~| note: yield each value: `while let Some(item) = yield_!(stream.next())? { .. }`, with the `next` of a `StreamExt`
    //~| note: for a `gen::WaitIterator`, write `while !waits.done() { let item = yield_!(waits.next())?; }`
    Ok(())
}

fn main() {}
