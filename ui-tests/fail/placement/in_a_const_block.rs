use gen::yield_;

#[gen::coroutine]
fn constant() -> usize {
    const { yield_!(std::future::ready(3)).unwrap() }
    //~^ gen: `yield_!` cannot stand in a constant: the compiler computes it
    //~| help: yield before, and use a variable
}

fn main() {
    let _ = gen::block_on(constant());
}
