struct Fault;

fn main() {
    let _ = gen::convert_yielded!(std::future::ready(Err::<u8, Fault>(Fault)));
    //~^ gen: `Fault` cannot be thrown into a coroutine
    //~| note: implement `std::error::Error` for `Fault`, or take the output as it is with `gen::raw(..)`
}
