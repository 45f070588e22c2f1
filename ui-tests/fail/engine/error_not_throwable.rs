struct Fault;

#[gen::engine]
fn engine() -> Result<(), Fault> {
//~^ gen: `Fault` cannot be thrown into a coroutine
//~| note: implement `std::error::Error` for `Fault`, or take the output as it is with `gen::raw(..)`
    Err(Fault)
}

fn main() {}
