use gen::yield_;

#[gen::coroutine]
fn moved(text: String) -> gen::Result<usize> {
    drop(text);
    yield_!(std::future::ready(text.len()))
}

fn main() {
    let _ = gen::run_sync(moved(String::new()));
}
