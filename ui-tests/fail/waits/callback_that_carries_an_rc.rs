//@ rustc: rustc does not say why: a callback may be called on any thread, so it must be `Send`

use std::rc::Rc;

use gen::{yield_, Callback};

#[gen::coroutine]
fn body() -> gen::Result {
    let done = yield_!(Callback::<Rc<u32>>::new("key"))?;
    //~^ rustc: `Rc<u32>` cannot be sent between threads safely
    done.call(Rc::new(1));
    Ok(())
}

fn main() {}
