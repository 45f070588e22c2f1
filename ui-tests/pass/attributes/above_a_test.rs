//! A test runs if `#[test]` stands below the attribute.

#[allow(dead_code)]
#[gen::coroutine]
#[test]
fn sleeps() -> gen::Result {
    gen::yield_!(gen::moment())
}

fn main() {}
