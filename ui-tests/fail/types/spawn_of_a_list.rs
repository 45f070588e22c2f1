//@ rustc: `gen::spawn` takes a future; `gen::multi(list).join()` makes a future of a list

use gen::yield_;

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    Ok(1)
}

#[gen::coroutine]
fn body() -> gen::Result<Vec<u32>> {
    yield_!(gen::spawn(vec![fetch(), fetch()]))
    //~^ rustc: `Vec<impl gen::Coroutine + Future<Output = Result<u32, gen::Error>>>` is not a future
}

fn main() {}
