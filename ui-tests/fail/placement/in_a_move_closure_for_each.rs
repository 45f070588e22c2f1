use gen::yield_;

#[gen::coroutine]
fn each(list: Vec<u32>) -> gen::Result {
    let text = String::new();
    list.into_iter().for_each(move |n| println!("{text} {:?}", yield_!(std::future::ready(n))));
    //~^ gen: `yield_!` cannot stand in a closure: the code that calls the closure cannot be suspended
    //~| help: use a `for` loop or a `match`, or let the closure return futures and yield all of them: `yield_!(iter.map(..).collect::<Vec<_>>())`
    Ok(())
}

fn main() {
    let _ = gen::run_sync(each(vec![1]));
}
