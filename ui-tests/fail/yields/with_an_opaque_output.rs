use gen::yield_;

#[gen::coroutine]
fn numbers(list: Vec<u32>) -> impl Iterator<Item = u32> {
    list.into_iter().map(|n| yield_!(std::future::ready(n)).unwrap())
}

fn main() {
    let _ = gen::block_on(numbers(vec![1])).count();
}
