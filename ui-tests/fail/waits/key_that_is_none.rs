use gen::{yield_, Callback};

struct Key;

#[gen::coroutine]
fn body() -> gen::Result {
    let done = yield_!(Callback::<u32>::new(Key))?;
    //~^ gen: `Key` cannot be a key
    //~| note: a key is hashed, compared and printed: `#[derive(Debug, PartialEq, Eq, Hash)]`
    //~| note: it is `Send`, `Sync` and `'static` too, because it is kept until its value is taken, and errors name it
    done.call(1);
    Ok(())
}

fn main() {}
