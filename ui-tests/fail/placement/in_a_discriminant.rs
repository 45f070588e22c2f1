use gen::yield_;

#[gen::coroutine]
fn constant() -> usize {
    enum Number {
        One = yield_!(std::future::ready(1)).unwrap(),
        //~^ gen: `yield_!` cannot stand in a constant: the compiler computes it
        //~| help: yield before, and use a variable
    }
    Number::One as usize
}

fn main() {
    let _ = gen::block_on(constant());
}
