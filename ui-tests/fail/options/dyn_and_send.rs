#[gen::coroutine(send, dyn)]
//~^ gen: `send` and `dyn` do not go together: `dyn` is `Send` already
//~| help: remove `send`
fn plain(n: u32) -> u32 {
    n
}

fn main() {
    let _: u32 = gen::block_on(plain(1));
}
