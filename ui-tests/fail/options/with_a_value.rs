#[gen::coroutine(boxed = true)]
//~^ gen: expected `,`
//~| help: this option takes no value
fn plain(n: u32) -> u32 {
    n
}

fn main() {
    let _: u32 = gen::block_on(plain(1));
}
