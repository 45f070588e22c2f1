#[gen::coroutine(Send)]
//~^ gen: unknown option `Send` of `#[gen::coroutine]`
//~| help: did you mean `send`?
fn plain(n: u32) -> u32 {
    n
}

fn main() {
    let _: u32 = gen::block_on(plain(1));
}
