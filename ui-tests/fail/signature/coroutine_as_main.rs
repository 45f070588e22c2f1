//@ rustc: a call does not run a coroutine, so a coroutine cannot be `main`: write `#[gen::main]`; a macro cannot know whether a function is the program's `main`

use gen::yield_;

#[gen::coroutine]
fn main() -> gen::Result {
//~^ rustc: `main` has invalid return type `impl gen::Coroutine + Future<Output = Result<(), gen::Error>>`
    yield_!(gen::moment())
}
