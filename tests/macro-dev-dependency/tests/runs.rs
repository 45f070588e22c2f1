//! Tests use the runtime by its name, with and without a path.

use r#gen::{co, yield_};
use macro_dev_dependency::by_path;

#[co]
fn imported(n: u32) -> r#gen::Result<u32> {
    Ok(yield_!(by_path(n))? + 1)
}

#[r#gen::test]
fn t09_a_test_finds_the_runtime_that_only_tests_have() -> r#gen::Result {
    assert_eq!(yield_!(imported(1))?, 2);
    Ok(())
}
