use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<Vec<u32>> {
    yield_![std::future::ready(1), std::future::ready(2)]
    //~^ gen: `yield_!` takes one expression
    //~| help: its brackets are no list; a list is resolved in parallel: `yield_!([a, b])`
}

fn main() {}
