use gen::yield_;

#[gen::coroutine]
fn add(list: &mut Vec<u32>) -> gen::Result {
    list.push(1);
    Ok(())
}

#[gen::coroutine]
fn body() -> gen::Result {
    let mut list = vec![];
    yield_!((add(&mut list), add(&mut list)))?;
    //~^ rustc: cannot borrow `list` as mutable more than once at a time
    Ok(())
}

fn main() {}
