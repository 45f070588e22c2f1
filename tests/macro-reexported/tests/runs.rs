//! The coroutines do the same as under the usual name.

use macro_reexport::engine::{self as g, yield_};
use macro_reexport::make;
use macro_reexported::{by_alias, by_path, imported, instrumented, under_a_condition};

make!(made);

#[g::test]
fn t09_a_reexported_attribute_finds_the_runtime() -> g::Result {
    assert_eq!(yield_!(by_path(1))?, 3);
    assert_eq!(yield_!(by_alias(2))?, 2);
    assert_eq!(yield_!(under_a_condition(4))?, 4);
    assert_eq!(yield_!(instrumented(5))?, 5);
    assert_eq!(yield_!(imported::by_option(6))?, 6);
    assert_eq!(yield_!(made(7))?, 7);
    Ok(())
}
