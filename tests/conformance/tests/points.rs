//! Callbacks by key, and what waits for them: the rows of Tornado's `GenEngineTest` that are about yield points, and the rules 5-8 and 22-32.
//!
//! Tornado's rows call `@engine` functions; here a coroutine is run by the loop, which is the same to a yield point.

use gen::{CallbackOutput, IoLoop};

mod points {
    mod arguments;
    mod callables;
    mod custom;
    mod engine;
    mod failing;
    mod giving_up;
    mod keys;
    mod leaks;
    mod many;
    mod task;
}

/// Has the loop call it in its next turn.
fn soon<R: CallbackOutput<M>, M: 'static>(call: impl FnOnce() -> R + 'static) {
    IoLoop::current().expect("a loop runs").add_callback(call);
}
