#[gen::coroutine]
pub const fn constant() -> u32 {
//~^ gen: a `const fn` cannot be a coroutine: nothing can be waited for when a constant is computed
//~| help: remove `const`
    1
}

fn main() {
    let _ = gen::block_on(constant());
}
