use gen::yield_;

#[gen::coroutine]
fn zeros() -> gen::Result {
    let zeros: [u8; yield_!(std::future::ready(1)).unwrap()] = [0];
    //~^ gen: `yield_!` cannot stand in a constant: the compiler computes it
    //~| help: yield before, and use a variable
    Ok(drop(zeros))
}

fn main() {}
