#[gen::coroutine(local)]
//~^ gen: unknown option `local` of `#[gen::coroutine]`
//~| help: did you mean `dyn(local)`?
fn plain(n: u32) -> u32 {
    n
}

fn main() {
    let _: u32 = gen::block_on(plain(1));
}
