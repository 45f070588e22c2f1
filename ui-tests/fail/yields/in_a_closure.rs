use gen::yield_;

#[gen::coroutine]
fn all(list: Vec<u32>) -> gen::Result<Vec<u32>> {
    list.into_iter().map(|n| yield_!(std::future::ready(n))).collect()
}

fn main() {
    let _ = gen::run_sync(all(vec![1]));
}
