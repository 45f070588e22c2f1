use gen::yield_;

#[gen::coroutine]
fn unit(n: u32) {
    yield_!(std::future::ready(n))
    //~^ rustc: mismatched types
}

fn main() {
    gen::block_on(unit(1));
}
