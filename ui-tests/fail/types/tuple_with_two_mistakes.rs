//@ several: two elements are wrong

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!((0..3, ()))?;
    //~^ gen: an iterator cannot be yielded: it is no list yet
    //~| note: collect it, and all it makes is resolved in parallel: `yield_!(iterator.collect::<Vec<_>>())`
    //~| note: or yield what it makes one after the other: `for item in iterator { yield_!(item)?; }`
    //~^^^^ gen: `()` cannot be yielded: there is nothing to wait for
    //~| note: to let others run for a turn of the loop: `yield_!(gen::moment())`
    //~| note: a block that ends with a `;` is `()`
    Ok(())
}

fn main() {}
