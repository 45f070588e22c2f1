use gen::yield_;

struct Array<const N: usize>;

#[gen::coroutine]
fn constant() -> gen::Result {
    let _ = Array::<{ yield_!(std::future::ready(1)).unwrap() }>;
    //~^ gen: `yield_!` cannot stand in a constant: the compiler computes it
    //~| help: yield before, into a `let`; a length that is known only then is that of a `Vec`
    Ok(())
}

fn main() {
    let _ = gen::run_sync(constant());
}
