use gen::yield_;

#[gen::coroutine]
fn array() -> usize {
    let list = [0; yield_!(std::future::ready(1)).unwrap()];
    //~^ gen: `yield_!` cannot stand in a constant: the compiler computes it
    //~| help: yield before, into a `let`; a length that is known only then is that of a `Vec`
    list.len()
}

fn main() {
    let _ = gen::block_on(array());
}
