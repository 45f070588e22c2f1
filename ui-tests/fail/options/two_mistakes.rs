//@ several: the case has two mistakes, and both are reported at once

#[gen::coroutine(bocked, dny)]
//~^ gen: unknown option `bocked` of `#[gen::coroutine]`
//~| help: did you mean `boxed`?
//~^^^ gen: unknown option `dny` of `#[gen::coroutine]`
//~| help: did you mean `dyn`?
fn plain(n: u32) -> u32 {
    n
}

fn main() {
    let _: u32 = gen::block_on(plain(1));
}
