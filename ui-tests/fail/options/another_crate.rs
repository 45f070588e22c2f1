//@ rustc: a macro cannot look into a crate

#[gen::coroutine(crate = std)]
//~^ rustc: cannot find `__private` in `std`
fn plain(n: u32) -> u32 {
    n
}

fn main() {}
