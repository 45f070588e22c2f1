#[gen::coroutine(crate)]
//~^ gen: `crate` needs the path of the runtime
//~| help: write `crate = path`, without quotes
fn plain(n: u32) -> u32 {
    n
}

fn main() {
    let _: u32 = gen::block_on(plain(1));
}
