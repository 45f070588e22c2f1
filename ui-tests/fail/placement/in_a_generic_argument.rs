use gen::yield_;

struct Array<const N: usize>;

#[gen::coroutine]
fn constant() -> gen::Result {
    let _ = Array::<{ yield_!(std::future::ready(1)).unwrap() }>;
    //~^ gen: `yield_!` cannot stand in a constant: the compiler evaluates it
    //~| help: yield into a `let` before it; if it is the length of an array, use a `Vec`
    Ok(())
}

fn main() {
    let _ = gen::run_sync(constant());
}
