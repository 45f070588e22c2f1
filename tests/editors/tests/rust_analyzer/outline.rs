//! The features that concern a file as a whole.

use crate::{editor, with_client};

#[test]
fn the_outline_has_coroutines_where_they_are() {
    let Some(mut editor) = editor() else { return };
    let source = "#[gen::coroutine]\nfn free() { struct Inner; fn inner() {} }\n\
        struct S;\nimpl S { #[gen::coroutine]\nfn method(&self) {} }\n\
        trait T { #[gen::coroutine]\nfn declared(&self); }\n\
        #[gen::engine]\nfn started() {}\n";
    assert_eq!(
        editor.outline(source),
        ["free", ".Inner", ".inner", "S", "impl S", ".method", "T", ".declared", "started"]
    );
}

#[test]
fn what_is_in_a_body_folds() {
    let Some(mut editor) = editor() else { return };
    let source = "\
#[gen::coroutine]
fn f(client: &Client) -> gen::Result<()> {
    let pages = gen::yield_!((
        client.get(\"a\"),
        client.get(\"b\"),
    ))?;
    if true {
        drop(pages);
    }
    Ok(())
}
";
    let folds = editor.folds(source);
    assert_eq!(folds, editor.folds(&source.replace("gen::coroutine", "inline")), "as in any function");
    assert!(folds.contains(&(3, 6)) && folds.contains(&(7, 9)), "{folds:?}");
}

/// In an `async fn` an argument is coloured as a parameter. In a coroutine the body has a variable
/// that the argument was moved into.
#[test]
fn words_are_coloured_for_what_they_mean() {
    let Some(mut editor) = editor() else { return };
    let source = with_client(
        "#[gen::coroutine]\nfn f<T: Clone>(client: &Client, thing: T) -> gen::Result<usize> {\n    \
         let (first, second) = yield_!((client.get(\"a\"), async { thing.clone() }))?;\n    drop(second);\n    \
         println!(\"{}\", yield_!(client.get(&first.body))?.body);\n    Ok(first.body.len())\n}\n",
    );
    let colours = editor.colours(&source);
    for (word, kind, times) in [
        ("client", "parameter", 1),
        ("client", "variable", 2),
        ("first", "variable", 3),
        ("second", "variable", 2),
        ("thing", "variable", 1),
        ("yield_", "macro", 2),
        ("println", "macro", 1),
        ("get", "method", 3),
        ("clone", "method", 1),
        ("len", "method", 1),
        ("body", "property", 5),
        ("drop", "function", 1),
        ("f", "function", 1),
        ("let", "keyword", 1),
    ] {
        let found = colours.iter().filter(|(found, colour)| found == word && colour == kind).count();
        assert!(found >= times, "`{word}` is a {kind} {found} times of {times} in\n{colours:?}");
    }
}
