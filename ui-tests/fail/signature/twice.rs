//@ attribute: the attribute is the mistake

#[gen::coroutine]
#[gen::co]
//~^ gen: the function is already a coroutine
//~| help: remove this attribute
fn doubled() -> u32 {
    1
}

fn main() {
    let _: u32 = gen::block_on(doubled());
}
