use gen::yield_;
use gen_durable::step;

#[gen::coroutine]
fn read() -> gen::Result<String> {
    yield_!(step("read", || async { std::fs::read_to_string("settings") }))
    //~^ gen: a step cannot keep the outcome of `{async block@[..]}`
    //~| note: the closure of a step makes a future of a `gen::Result`: write `|| async { Ok(work()?) }`, where the `?` converts another error
}

fn main() {}
