use gen::yield_;

#[gen::coroutine(boxd)]
#[track_caller]
const async fn everything(list: Vec<u32>) -> gen::Result<Vec<u32>> {
    list.into_iter().map(|n| yield_!(std::future::ready(n))).collect()
}

fn main() {
    let _ = gen::run_sync(everything(vec![]));
}
