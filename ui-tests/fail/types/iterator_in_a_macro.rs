use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    println!("{:?}", yield_!((0..3).map(std::future::ready))?);
    //~^ gen: an iterator cannot be yielded: it is no list yet
    //~| note: collect it, and all it makes is resolved in parallel: `yield_!(iterator.collect::<Vec<_>>())`
    //~| note: or yield what it makes one after the other: `for item in iterator { yield_!(item)?; }`
    Ok(())
}

fn main() {}
