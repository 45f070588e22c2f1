macro_rules! fetch {
    ($e:expr) => {
        gen::yield_!($e)
    };
}

#[gen::coroutine]
fn fetches() -> gen::Result<u32> {
    fetch!(std::future::ready(1))
}

fn main() {
    let _ = gen::run_sync(fetches());
}
