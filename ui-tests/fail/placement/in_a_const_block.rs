use gen::yield_;

#[gen::coroutine]
fn constant() -> usize {
    const { yield_!(std::future::ready(3)).unwrap() }
    //~^ gen: `yield_!` cannot stand in a constant: the compiler evaluates it
    //~| help: yield into a `let` before it; if it is the length of an array, use a `Vec`
}

fn main() {
    let _ = gen::block_on(constant());
}
