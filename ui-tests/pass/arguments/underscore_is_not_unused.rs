//! An unused argument whose name begins with an underscore causes no warning.
#![deny(warnings)]

#[gen::coroutine]
fn ignores(_text: &str) -> u32 {
    6
}

fn main() {
    assert_eq!(gen::block_on(ignores("")), 6);
}
