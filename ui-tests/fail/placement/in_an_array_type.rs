use gen::yield_;

#[gen::coroutine]
fn zeros() -> gen::Result {
    let zeros: [u8; yield_!(std::future::ready(1)).unwrap()] = [0];
    //~^ gen: `yield_!` cannot stand in a constant: the compiler computes it
    //~| help: yield before, into a `let`; a length that is known only then is that of a `Vec`
    Ok(drop(zeros))
}

fn main() {}
