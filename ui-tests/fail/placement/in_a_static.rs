use gen::yield_;

#[gen::coroutine]
fn constant() -> usize {
    static TWO: usize = yield_!(std::future::ready(2)).unwrap();
    //~^ gen: `yield_!` cannot stand in a constant: the compiler computes it
    //~| help: yield before, into a `let`; a length that is known only then is that of a `Vec`
    TWO
}

fn main() {
    let _ = gen::block_on(constant());
}
