use gen::yield_;

#[gen::coroutine]
fn constant() -> usize {
    const ONE: usize = yield_!(std::future::ready(1)).unwrap();
    //~^ gen: `yield_!` cannot stand in a constant: the compiler evaluates it
    //~| help: yield into a `let` before it; if it is the length of an array, use a `Vec`
    ONE
}

fn main() {
    let _ = gen::block_on(constant());
}
