use gen::yield_;

#[gen::coroutine]
fn print(list: Vec<u32>) -> gen::Result {
    println!("{:?}", list.iter().map(|n| gen::yield_!(std::future::ready(*n))).count());
    yield_!(std::future::ready(()))
}

fn main() {
    let _ = gen::run_sync(print(vec![1]));
}
