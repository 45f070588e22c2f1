//@ several: two elements are wrong

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!((0..3, ()))?;
    //~^ gen: an iterator cannot be yielded: it is not a list
    //~| note: to resolve all items in parallel, write `yield_!(iterator.collect::<Vec<_>>())`
    //~| note: to resolve one item after the other, write `for item in iterator { yield_!(item)?; }`
    //~^^^^ gen: `()` cannot be yielded: there is nothing to wait for
    //~| note: to let other tasks run for a turn of the loop, write `yield_!(gen::moment())`
    //~| note: if this is a block, remove the `;` at its end, which makes it `()`
    Ok(())
}

fn main() {}
