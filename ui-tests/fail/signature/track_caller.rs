//@ attribute: the attribute is the mistake

#[gen::coroutine]
#[track_caller]
//~^ gen: `#[track_caller]` has no effect on a coroutine: its body runs when it is resumed, not when it is called
//~| help: remove it; an error carries the yields that it has passed through
fn tracked() {}

fn main() {
    gen::block_on(tracked());
}
