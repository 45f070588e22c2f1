//! Arguments may be generic in every way that a function allows.

#[gen::coroutine]
fn sum<T: Into<u32>, const N: usize>(numbers: [T; N], more: impl Iterator<Item = u32>) -> u32
where
    T: Copy,
{
    numbers.into_iter().map(Into::into).chain(more).sum()
}

fn main() {
    assert_eq!(gen::block_on(sum([1_u8, 2], [3].into_iter())), 6);
}
