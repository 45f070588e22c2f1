use gen::{yield_, WaitIterator};

#[gen::coroutine]
fn body(list: Vec<gen::BoxYieldable<'_, u32>>) -> gen::Result {
    let waits = WaitIterator::new(list);
    yield_!(waits)?;
    //~^ gen: a stream cannot be yielded: it gives many values, one after the other
    //~| note: yield each of them: `while let Some(item) = yield_!(stream.next())? { .. }`, with the `next` of a `StreamExt`
    //~| note: of a `gen::WaitIterator`: `while !waits.done() { let item = yield_!(waits.next())?; }`
    Ok(())
}

fn main() {}
