use gen::yield_;

#[gen::coroutine]
fn moved(text: String) -> gen::Result<usize> {
    drop(text);
    yield_!(std::future::ready(text.len()))
    //~^ rustc: borrow of moved value: `text`
}

fn main() {
    let _ = gen::run_sync(moved(String::new()));
}
