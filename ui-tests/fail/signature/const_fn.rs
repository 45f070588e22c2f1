#[gen::coroutine]
pub const fn constant() -> u32 {
//~^ gen: a `const fn` cannot be a coroutine: the compiler evaluates it, and cannot wait
//~| help: remove `const`
    1
}

fn main() {
    let _ = gen::block_on(constant());
}
