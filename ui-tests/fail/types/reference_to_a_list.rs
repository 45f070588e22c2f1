use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    let futures = vec![std::future::ready(1)];
    yield_!(&futures)?;
    //~^ gen: a borrowed list, map or `Option` cannot be yielded: its futures would be moved out of it
    //~| note: yield it itself; or what is taken out of it: `yield_!(std::mem::take(&mut list))`, `yield_!(list.drain(..).collect::<Vec<_>>())`
    Ok(())
}

fn main() {}
