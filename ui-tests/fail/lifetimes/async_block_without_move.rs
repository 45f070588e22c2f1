use gen::yield_;

#[gen::coroutine]
fn body(n: u32) -> gen::Result<u32> {
    yield_!(gen::spawn_local(async { yield_!(std::future::ready(n)) }))
    //~^ rustc: async block may outlive the current function, but it borrows `n`, which is owned by the current function
}

fn main() {
    let _ = gen::run_sync(body(1));
}
