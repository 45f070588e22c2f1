use gen::yield_;

#[gen::coroutine]
fn length(text: String) -> gen::Result<usize> {
    Ok(text.len())
}

#[gen::coroutine]
fn twice(text: String) -> gen::Result<(usize, usize)> {
    yield_!((length(text), length(text)))
    //~^ rustc: use of moved value: `text`
}

fn main() {}
