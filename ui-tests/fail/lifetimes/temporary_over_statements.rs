use gen::yield_;

#[gen::coroutine]
fn length(text: &str) -> gen::Result<usize> {
    Ok(text.len())
}

#[gen::coroutine]
fn body() -> gen::Result<usize> {
    let coroutine = length(&String::from("text"));
    //~^ rustc: temporary value dropped while borrowed
    yield_!(coroutine)
}

fn main() {}
