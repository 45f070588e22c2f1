#[gen::coroutine(send, dyn)]
//~^ gen: `send` and `dyn` cannot be combined: with `dyn` the coroutine is already `Send`
//~| help: remove `send`
fn plain(n: u32) -> u32 {
    n
}

fn main() {
    let _: u32 = gen::block_on(plain(1));
}
