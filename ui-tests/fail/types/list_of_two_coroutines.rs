//@ rustc: the elements of a list have one type, but each coroutine function has a type of its own: write `vec![gen::boxed(one()), gen::boxed(another())]`

use gen::yield_;

#[gen::coroutine]
fn one() -> gen::Result<u32> {
    Ok(1)
}

#[gen::coroutine]
fn another() -> gen::Result<u32> {
    Ok(2)
}

#[gen::coroutine]
fn body() -> gen::Result<Vec<u32>> {
    yield_!(vec![one(), another()])
    //~^ rustc: mismatched types
}

fn main() {}
