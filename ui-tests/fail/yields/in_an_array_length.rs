use gen::yield_;

#[gen::coroutine]
fn array() -> usize {
    let list = [0; yield_!(std::future::ready(1)).unwrap()];
    list.len()
}

fn main() {
    let _ = gen::block_on(array());
}
