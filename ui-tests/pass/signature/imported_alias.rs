//! The alias `co` may be imported, unlike `coroutine`.

use gen::co;

#[co]
fn body() -> u32 {
    6
}

fn main() {
    assert_eq!(gen::block_on(body()), 6);
}
