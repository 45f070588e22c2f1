use gen::yield_;

#[gen::coroutine]
fn zeros() -> gen::Result {
    let zeros: [u8; yield_!(std::future::ready(1)).unwrap()] = [0];
    //~^ gen: `yield_!` cannot stand in a constant: the compiler evaluates it
    //~| help: yield into a `let` before it; if it is the length of an array, use a `Vec`
    Ok(drop(zeros))
}

fn main() {}
