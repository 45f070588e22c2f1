#[gen::coroutine(boxxed)]
//~^ gen: unknown option `boxxed` of `#[gen::coroutine]`
//~| help: did you mean `boxed`?
fn plain(n: u32) -> u32 {
    n
}

fn main() {
    let _: u32 = gen::block_on(plain(1));
}
