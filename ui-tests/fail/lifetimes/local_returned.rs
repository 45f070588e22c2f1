#[gen::coroutine]
fn dangling(n: u32) -> &'static str {
    let text = n.to_string();
    &text
    //~^ rustc: cannot return reference to local variable `text`
}

fn main() {
    let _ = gen::block_on(dangling(1));
}
