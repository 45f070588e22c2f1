//! The coroutines do the same as on every edition.

use macro_edition_2024::{Erased, Page, bails, describe, engine, let_chains, never, points, recursive};

#[test]
fn t10_coroutines_of_edition_2024() {
    let page = Page { text: "one two" };
    let mut count = 0;
    assert_eq!(r#gen::run_sync(describe(&page, &mut count, "-")).unwrap(), "9-1");
    assert_eq!(r#gen::run_sync(recursive(3)).unwrap(), 3);
    assert_eq!(r#gen::block_on(page.first_word("x")), "one");
    assert_eq!(r#gen::run_sync(let_chains(Some(2))).unwrap(), 4);
    let object: &dyn Erased = &page;
    assert_eq!(r#gen::block_on(object.erased("abc")), 10);
    assert_eq!(r#gen::run_sync(points(3)).unwrap(), 633);
    let texts = (0..4).map(|n| r#gen::run_sync(bails(n)).unwrap_err().to_string()).collect::<Vec<_>>();
    let formatting = std::fmt::Error.to_string();
    assert_eq!(texts, ["condition failed: `n > 0`", "1 is too small", &formatting, "3 is too big"]);
    assert_eq!(r#gen::block_on(async { r#gen::from_callback(engine).await.unwrap() }), 7);
}

#[test]
#[should_panic(expected = "the end")]
fn t10_never_on_edition_2024() {
    r#gen::block_on(never());
}
