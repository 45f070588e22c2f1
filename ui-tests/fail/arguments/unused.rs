#![deny(unused_variables)]

#[gen::coroutine]
fn ignores(text: &str) -> u32 {
//~^ rustc: unused variable: `text`
    1
}

fn main() {
    let _ = gen::block_on(ignores(""));
}
