#[gen::coroutine(frobnicate)]
//~^ gen: unknown option `frobnicate` of `#[gen::coroutine]`
//~| help: the options are `boxed`, `dyn`, `send`, `returns`, `crate = path`
fn plain(n: u32) -> u32 {
    n
}

fn main() {
    let _: u32 = gen::block_on(plain(1));
}
