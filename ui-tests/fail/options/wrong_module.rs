//@ rustc: a macro cannot look into a crate

#[gen::coroutine(crate = gen::runtime)]
//~^ rustc: cannot find `runtime` in `gen`
fn plain(n: u32) -> u32 {
    n
}

fn main() {}
