//@ attribute: the attribute is the mistake

use gen::yield_;

#[gen::coroutine]
#[tokio::test]
//~^ gen: this attribute calls the function, and cannot know what an `unsafe fn` requires
//~| help: remove `unsafe`, or put the attribute on a separate function that awaits the coroutine
unsafe fn sleeps() -> gen::Result {
    yield_!(gen::moment())
}

fn main() {
    let _sleeps = unsafe { sleeps() };
}
