//! What is shown for what is under the cursor, and beside what was typed.

use crate::{editor, with_client};

#[test]
fn a_variable_bound_from_a_yield_has_its_type() {
    let Some(mut editor) = editor() else { return };
    let mut shows = |body: &str, expected: &str| {
        let source = format!("#[gen::coroutine]\nfn f(client: &Client, (n, _): (u8, u8)) -> gen::Result<()> {{ {body}\nOk(()) }}");
        let shown = editor.hover(&with_client(&source));
        assert_eq!(shown.matches(expected).count(), 1, "`{body}` shows\n{shown}");
        assert_eq!(shown.matches("```rust").count(), 1, "`{body}` shows more than one thing\n{shown}");
    };
    shows("let x$0 = yield_!(client.get(\"/\"))?;", "let x: Page");
    shows("let x$0 = yield_!(client.get(\"/\"));", "let x: Result<Page, Error>");
    shows("let x$0 = gen::yield_!(async { 1_u8 })?;", "let x: u8");
    shows("let (a, b$0) = yield_!((client.get(\"/\"), async { 1_u8 }))?;", "let b: u8");
    shows("let x$0 = yield_!([\"a\", \"b\"].map(|path| client.get(path)))?;", "let x: [Page; 2]");
    shows(
        "let x$0 = yield_!([\"a\"].iter().map(|path| client.get(path)).collect::<Vec<_>>())?;",
        "let x: Vec<Page>",
    );
    shows("let x$0 = yield_!(Some(client.get(\"/\")))?;", "let x: Option<Page>");
    shows("let x$0 = yield_!(f(client, (1, 2)))?;", "let x: ()");
    shows(
        "let x = yield_!(async { let y$0 = yield_!(client.get(\"/\"))?; gen::Result::Ok(y) })?;",
        "let y: Page",
    );
    shows("for (i$0, x) in [client].iter().enumerate() { yield_!(x.get(\"/\"))?; }", "let i: usize");
    shows("let x = yield_!(client.get(\"/\"))?; println!(\"{}\", x$0.body);", "let x: Page");
    shows("let x = n$0;", "let n: u8");
}

#[test]
fn yields_and_attributes_show_their_docs() {
    let Some(mut editor) = editor() else { return };
    let mut shows = |source: &str, expected: &str| {
        let shown = editor.hover(&with_client(source));
        assert!(shown.contains(expected), "`{source}` shows\n{shown}");
    };
    let docs = "Hands something yieldable to the runtime, suspends the coroutine";
    shows("#[gen::coroutine]\nfn f() { let _ = yie$0ld_!(async { 1 }); }", docs);
    shows("#[gen::coroutine]\nfn f() { let _ = gen::yie$0ld_!((async { 1 }, async { 2 })); }", docs);
    shows("#[gen::coroutine]\nfn f() { println!(\"{:?}\", yie$0ld_!(async { 1 })); }", docs);
    shows("#[gen::corou$0tine]\nfn f() {}", "Turns a plain `fn` into a coroutine");
    shows("#[gen::eng$0ine]\nfn f() {}", "Turns a plain `fn` into an engine");
}

#[test]
fn a_call_shows_what_the_coroutine_returns_and_its_docs() {
    let Some(mut editor) = editor() else { return };
    let source = "/// Its length.\n#[gen::coroutine]\nfn length(text: &str) -> gen::Result<usize> { Ok(text.len()) }\nfn f() { drop(leng$0th(\"\")); }";
    let shown = editor.hover(&with_client(source));
    assert!(
        shown.contains("fn length(text: &str) -> impl ::gen::Coroutine<Output = gen::Result<usize>>"),
        "{shown}"
    );
    assert!(shown.contains("Its length."), "{shown}");
}

#[test]
fn what_is_bound_from_a_yield_has_a_hint_like_any_other_variable() {
    let Some(mut editor) = editor() else { return };
    let body = "\
fn f(client: &Client, paths: &[&str]) -> gen::Result<usize> {
    let first‹: Page› = yield_!(client.get(\"/\"))?;
    let (one‹: Page›, two‹: Page›) = yield_!((client.get(paths[0]), client.get(paths[1])))?;
    let all‹: Vec<Page>› = yield_!(paths.iter().map(|path| client.get(path)).collect::<Vec<_>>())?;
    for page‹: &Page› in &all {
        let length‹: usize› = page.body.len();
        drop(length);
    }
    Ok(first.body.len() + one.body.len() + two.body.len())
}
";
    let mut typed = String::new();
    let mut in_hint = false;
    for char in body.chars() {
        match char {
            '‹' => in_hint = true,
            '›' => in_hint = false,
            _ if in_hint => {}
            other => typed.push(other),
        }
    }
    let shown = editor.with_hints(&with_client(&format!("#[gen::coroutine]\n{typed}")));
    let (_, shown) = shown.split_once("#[gen::coroutine]\n").expect("what was typed");
    assert_eq!(shown, body);
}
