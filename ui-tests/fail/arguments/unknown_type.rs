#[gen::coroutine]
fn unknown(n: Missing) -> u32 {
//~^ rustc: cannot find type `Missing` in this scope
    n
}

fn main() {}
