use gen::yield_;

#[gen::coroutine]
fn length(text: &str) -> gen::Result<usize> {
    Ok(text.len())
}

#[gen::coroutine]
fn caller() -> gen::Result<usize> {
    yield_!(length())
    //~^ rustc: this function takes 1 argument but 0 arguments were supplied
}

fn main() {}
