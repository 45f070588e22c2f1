use std::fmt;
use std::rc::Rc;

use gen::yield_;

#[derive(Debug)]
struct Fault(Rc<str>);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(async { Err::<(), _>(Fault("text".into())) })
    //~^ gen: `Fault` cannot be thrown into a coroutine
    //~| note: an error that is thrown is a `std::error::Error` and `Send + Sync + 'static`, or a `String`, `&'static str` or `Box<dyn Error + Send + Sync>`
    //~| note: make `Fault` one of these, by an `impl std::error::Error` or in a `map_err(..)`; or take the output as it is with `gen::raw(..)`
}

fn main() {}
