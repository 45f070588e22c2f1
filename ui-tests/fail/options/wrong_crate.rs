//@ rustc: a macro cannot look for a crate

#[gen::coroutine(crate = nowhere::runtime)]
//~^ rustc: cannot find module or crate `nowhere` in this scope
fn plain(n: u32) -> u32 {
    n
}

fn main() {}
