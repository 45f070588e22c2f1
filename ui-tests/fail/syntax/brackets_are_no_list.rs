use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<Vec<u32>> {
    yield_![std::future::ready(1), std::future::ready(2)]
    //~^ gen: `yield_!` takes one expression
    //~| help: to wait for several at once, yield a list in parentheses: `yield_!([a, b])`
}

fn main() {}
