//! The coroutines do the same as where the names have their usual meaning.

use macro_no_prelude::{bails, boxed, engine, erased, erased_local, plain, points, This};

#[test]
fn t08_nothing_needs_its_usual_name() {
    assert_eq!(gen::run_sync(plain(1, 0, (2, 0), 3, 0)).unwrap(), 6);
    assert_eq!(gen::run_sync(boxed(2)).unwrap(), 2);
    assert_eq!(gen::block_on(erased("abc")), 3);
    assert_eq!(gen::block_on(erased_local(1)), 1);
    assert_eq!(gen::block_on(This(1).method()), 2);
    assert_eq!(gen::run_sync(points(1)).unwrap(), 3);
    let texts = (0..5).map(|n| gen::run_sync(bails(n)).unwrap_err().to_string()).collect::<Vec<_>>();
    let formatting = std::fmt::Error.to_string();
    assert_eq!(texts, ["condition failed: `n > 0`", "1 is too small", &formatting, "3 is three", "the end"]);
    assert_eq!(gen::block_on(async { gen::from_callback(engine).await.unwrap() }), 7);
}
