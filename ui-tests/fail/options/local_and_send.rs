#[gen::coroutine(dyn(local), send)]
//~^ gen: `send` and `dyn(local)` contradict each other: a local coroutine is not `Send`
//~| help: remove `send`, or write `dyn` without `(local)`
fn plain(n: u32) -> u32 {
    n
}

fn main() {
    let _: u32 = gen::block_on(plain(1));
}
