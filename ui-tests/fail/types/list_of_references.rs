use gen::yield_;

async fn fetch() -> u32 {
    1
}

#[gen::coroutine]
fn body() -> gen::Result {
    let (mut one, mut two) = (fetch(), fetch());
    yield_!([&mut one, &mut two])?;
    //~^ gen: a list or `Option` of `&mut impl Future<Output = u32>` cannot be yielded, because `&mut impl Future<Output = u32>` cannot
    //~| note: each element must be a future, or a list, map or tuple of yieldables
    //~| note: call a function, open a `Result` with `?`, collect an iterator, pin a `Box` or a reference
    Ok(())
}

fn main() {}
