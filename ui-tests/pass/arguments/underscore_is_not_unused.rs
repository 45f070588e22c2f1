//! An argument that is not used is none if it says so.
#![deny(warnings)]

#[gen::coroutine]
fn ignores(_text: &str) -> u32 {
    6
}

fn main() {
    assert_eq!(gen::block_on(ignores("")), 6);
}
