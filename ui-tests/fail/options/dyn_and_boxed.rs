#[gen::coroutine(boxed, dyn)]
//~^ gen: `boxed` and `dyn` do not go together: `dyn` boxes the coroutine already
//~| help: remove `boxed`
fn plain(n: u32) -> u32 {
    n
}

fn main() {
    let _: u32 = gen::block_on(plain(1));
}
