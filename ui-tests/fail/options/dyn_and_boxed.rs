#[gen::coroutine(boxed, dyn)]
//~^ gen: `boxed` and `dyn` cannot be combined: `dyn` already boxes the coroutine
//~| help: remove `boxed`
fn plain(n: u32) -> u32 {
    n
}

fn main() {
    let _: u32 = gen::block_on(plain(1));
}
