#[gen::coroutine]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {
    let _ = gen::block_on(length(42));
    //~^ rustc: mismatched types
}
