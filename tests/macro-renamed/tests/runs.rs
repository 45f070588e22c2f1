//! The coroutines do the same as under the usual name.

use coroutines::{block_on, from_callback, run_sync};
use macro_renamed::{
    alias, by_absolute_path, by_name, by_reexport, engine_with_points, erased, found, imported, make, points,
    started,
};

make!(made);

#[coroutines::test]
fn t09_a_renamed_attribute_finds_the_runtime() -> coroutines::Result {
    use coroutines::yield_;

    assert_eq!(yield_!(found(1))?, 2);
    assert_eq!(yield_!(imported::found(3))?, 3);
    assert_eq!(yield_!(alias::found(4))?, 4);
    Ok(())
}

#[test]
fn t09_the_runtime_may_have_another_name() {
    assert_eq!(run_sync(by_name(1)).unwrap(), 3);
    assert_eq!(run_sync(by_absolute_path(2)).unwrap(), 2);
    assert_eq!(block_on(by_reexport()), 1);
    assert_eq!(block_on(erased("abc")), 3);
    assert_eq!(block_on(made(4)), 4);
    run_sync(async { started() }).unwrap();
    assert_eq!(run_sync(points(1)).unwrap(), 3);
    assert_eq!(block_on(async { from_callback(engine_with_points).await.unwrap() }), 7);
}
