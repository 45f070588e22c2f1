use gen::yield_;

#[gen::coroutine]
fn array() -> usize {
    let list = [0; yield_!(std::future::ready(1)).unwrap()];
    //~^ gen: `yield_!` cannot stand in a constant: the compiler evaluates it
    //~| help: yield into a `let` before it; if it is the length of an array, use a `Vec`
    list.len()
}

fn main() {
    let _ = gen::block_on(array());
}
