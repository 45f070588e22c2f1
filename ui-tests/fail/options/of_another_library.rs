#[gen::coroutine(runtime = "tokio")]
//~^ gen: unknown option `runtime` of `#[gen::coroutine]`
//~| help: did you mean `crate = path`?
fn plain(n: u32) -> u32 {
    n
}

fn main() {}
