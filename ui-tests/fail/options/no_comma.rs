#[gen::coroutine(boxed send)]
//~^ gen: expected `,`
//~| help: options are separated by commas
fn plain(n: u32) -> u32 {
    n
}

fn main() {
    let _: u32 = gen::block_on(plain(1));
}
