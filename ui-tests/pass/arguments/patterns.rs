//! Arguments may be patterns that always match.

#[gen::coroutine]
fn sum((a, b): (u32, u32), [c, ..]: [u32; 2], mut d: u32, _: &str) -> u32 {
    d += 1;
    a + b + c + d
}

fn main() {
    assert_eq!(gen::block_on(sum((1, 1), [1, 9], 2, "")), 6);
}
