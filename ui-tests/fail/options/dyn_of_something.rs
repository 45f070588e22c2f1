#[gen::coroutine(dyn(global))]
//~^ gen: `dyn` takes `local` or nothing
//~| help: write `dyn` or `dyn(local)`
fn plain(n: u32) -> u32 {
    n
}

fn main() {
    let _: u32 = gen::block_on(plain(1));
}
