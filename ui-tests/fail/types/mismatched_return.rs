#[gen::coroutine]
fn text(n: u32) -> String {
    if n == 0 {
        return n;
        //~^ rustc: mismatched types
    }
    String::new()
}

fn main() {
    let _ = gen::block_on(text(1));
}
