#[gen::coroutine(boxed())]
//~^ gen: expected `,`
//~| help: this option takes no value
fn plain(n: u32) -> u32 {
    n
}

fn main() {}
