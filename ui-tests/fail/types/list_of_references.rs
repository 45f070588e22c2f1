use gen::yield_;

async fn fetch() -> u32 {
    1
}

#[gen::coroutine]
fn body() -> gen::Result {
    let (mut one, mut two) = (fetch(), fetch());
    yield_!([&mut one, &mut two])?;
    //~^ gen: a list or `Option` of `&mut impl Future<Output = u32>` cannot be yielded, since `&mut impl Future<Output = u32>` cannot
    //~| note: each of its members is a future, or a list, map or tuple of yieldables
    //~| note: so a function in it is called, a `Result` opened with `?`, an iterator collected, a `Box` or reference pinned
    Ok(())
}

fn main() {}
