#[gen::coroutine(boxed, send, boxed)]
//~^ gen: the option `boxed` is given twice
//~| help: remove one of them
fn plain(n: u32) -> u32 {
    n
}

fn main() {
    let _: u32 = gen::block_on(plain(1));
}
