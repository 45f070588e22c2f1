use gen::yield_;

#[gen::coroutine]
fn length(list: &[u32]) -> gen::Result<usize> {
    Ok(list.len())
}

#[gen::coroutine]
fn body() -> gen::Result<usize> {
    let mut list = vec![1];
    let coroutine = length(&list);
    list.push(2);
    //~^ rustc: cannot borrow `list` as mutable because it is also borrowed as immutable
    yield_!(coroutine)
}

fn main() {}
