use gen::yield_;

#[gen::coroutine]
fn borrowed(mut list: Vec<u32>) -> gen::Result<u32> {
    let first = &list[0];
    yield_!(std::future::ready(()))?;
    list.push(1);
    //~^ rustc: cannot borrow `list` as mutable because it is also borrowed as immutable
    Ok(*first)
}

fn main() {
    let _ = gen::run_sync(borrowed(vec![1]));
}
