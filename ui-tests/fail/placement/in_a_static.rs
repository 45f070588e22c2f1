use gen::yield_;

#[gen::coroutine]
fn constant() -> usize {
    static TWO: usize = yield_!(std::future::ready(2)).unwrap();
    //~^ gen: `yield_!` cannot stand in a constant: the compiler computes it
    //~| help: yield before, and use a variable
    TWO
}

fn main() {
    let _ = gen::block_on(constant());
}
