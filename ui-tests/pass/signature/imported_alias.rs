//! The alias may be imported, which the name may not.

use gen::co;

#[co]
fn body() -> u32 {
    6
}

fn main() {
    assert_eq!(gen::block_on(body()), 6);
}
