use gen::yield_;

#[gen::coroutine]
fn constant() -> usize {
    static TWO: usize = yield_!(std::future::ready(2)).unwrap();
    //~^ gen: `yield_!` cannot stand in a constant: the compiler evaluates it
    //~| help: yield into a `let` before it; if it is the length of an array, use a `Vec`
    TWO
}

fn main() {
    let _ = gen::block_on(constant());
}
