#[gen::coroutine]
fn text(n: u32) -> String {
    n
    //~^ rustc: mismatched types
}

fn main() {
    let _ = gen::block_on(text(1));
}
