use gen::yield_;

#[gen::coroutine]
fn body(fast: bool) -> gen::Result<u32> {
    yield_!(if fast { std::future::ready(1) } else { async { 1 } })
    //~^ rustc: `if` and `else` have incompatible types
}

fn main() {}
