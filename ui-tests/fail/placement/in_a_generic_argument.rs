use gen::yield_;

struct Array<const N: usize>;

#[gen::coroutine]
fn constant() -> gen::Result {
    let _ = Array::<{ yield_!(std::future::ready(1)).unwrap() }>;
    //~^ gen: `yield_!` cannot stand in a constant: the compiler computes it
    //~| help: yield before, and use a variable
    Ok(())
}

fn main() {
    let _ = gen::run_sync(constant());
}
