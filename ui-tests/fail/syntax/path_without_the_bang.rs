#[gen::coroutine]
fn body() -> gen::Result {
    gen::yield_(gen::moment())
    //~^ rustc: expected function, found macro `gen::yield_`
}

fn main() {}
