//! The texts that are shown for the name under the cursor, and the inlay hints.

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

/// The types of variables that are bound to each kind of yieldable, in each kind of place.
#[test]
fn whatever_is_yielded_has_its_type() {
    let Some(mut editor) = editor() else { return };
    let mut wrong = Vec::new();
    for (body, expected) in [
        ("let x$0 = yield_!(std::collections::HashMap::from([(1_u8, client.get(\"a\"))]))?;", "HashMap<u8, Page>"),
        ("let x$0 = yield_!(std::collections::BTreeMap::from([(1_u8, client.get(\"a\"))]))?;", "BTreeMap<u8, Page>"),
        ("let both = (client.get(\"a\"), client.get(\"b\")); let x$0 = yield_!(both)?;", "(Page, Page)"),
        ("let x$0 = yield_!(vec![vec![client.get(\"a\")]])?;", "Vec<Vec<Page>>"),
        ("let x$0 = yield_!((vec![client.get(\"a\")], async { 1_u8 }))?;", "(Vec<Page>, u8)"),
        ("let x$0 = yield_!(gen::with_timeout(std::time::Duration::ZERO, client.get(\"a\")))?;", "Page"),
        ("let x$0 = yield_!(gen::with_timeout(std::time::Duration::ZERO, vec![client.get(\"a\")]))?;", "Vec<Page>"),
        ("let x$0 = yield_!(gen::multi(vec![client.get(\"a\")]))?;", "Vec<Page>"),
        ("let x$0 = yield_!(gen::limit(8, [\"a\"].into_iter().map(|path| client.get(path))))?;", "Vec<Page>"),
        ("let x$0 = yield_!(gen::first_of(vec![client.get(\"a\")]))?;", "(usize, Page)"),
        ("let x$0 = yield_!(gen::shield(client.get(\"a\")))?;", "Page"),
        ("let x$0 = yield_!(gen::raw(client.get(\"a\")))?;", "Result<Page, Error>"),
        ("let x$0 = yield_!(gen::boxed(client.get(\"a\")))?;", "Page"),
        ("let x$0 = yield_!(gen::convert_yielded!(client.get(\"a\")))?;", "Page"),
        ("let x$0 = yield_!(gen::moment())?;", "()"),
        ("let mut pages = gen::WaitIterator::new([client.get(\"a\")]); while !pages.done() { let x$0 = yield_!(pages.next())?; }", "Page"),
        ("let task = gen::spawn_local(async { gen::Result::Ok(1_u8) }); let x$0 = yield_!(task)?;", "u8"),
        ("let x$0 = gen::spawn(async { gen::Result::Ok(1_u8) });", "JoinHandle<u8>"),
        ("let x$0 = yield_!(yield_!(async { async { 1_u8 } })?)?;", "u8"),
        ("let get = async |path: &str| { let x$0 = yield_!(client.get(path))?; gen::Result::Ok(x) };", "Page"),
        ("let get = async |path: &str| { let y = yield_!(client.get(path))?; gen::Result::Ok(y) }; let x$0 = yield_!(get(\"a\"))?;", "Page"),
        ("println!(\"{}\", { let x$0 = yield_!(client.get(\"a\"))?; x.body });", "Page"),
        ("let x$0 = loop { break yield_!(client.get(\"a\"))?; };", "Page"),
        ("if let Ok(x$0) = yield_!(client.get(\"a\")) {}", "Page"),
        ("match yield_!(client.get(\"a\")) { Ok(_) => {} Err(x$0) => drop(x) }", "Error"),
        ("let Ok(x$0) = yield_!(client.get(\"a\")) else { return Ok(()) };", "Page"),
        ("let Page { body: x$0 } = yield_!(client.get(\"a\"))?;", "String"),
        ("let x$0 = client.get(\"a\").await?;", "Page"),
    ] {
        let source = format!("#[gen::coroutine]\nfn f(client: &Client) -> gen::Result<()> {{ {body}\nOk(()) }}");
        let shown = editor.hover(&with_client(&source));
        if !shown.contains(&format!("let x: {expected}\n")) {
            wrong.push(format!("`{body}` shows{shown}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn so_it_has_in_whatever_yields() {
    let Some(mut editor) = editor() else { return };
    let mut wrong = Vec::new();
    for (source, expected) in [
        ("impl Client { #[gen::coroutine]\nfn f(&self) -> gen::Result<()> { let x$0 = yield_!(self.get(\"a\"))?; Ok(()) } }", "Page"),
        ("impl Client { #[gen::coroutine(boxed)]\nfn f(&self) -> gen::Result<u8> { let x$0 = yield_!(self.f())?; Ok(x) } }", "u8"),
        ("trait T { #[gen::coroutine]\nfn f(&self) -> gen::Result<u8>; }\n#[gen::coroutine]\nfn g(t: &impl T) -> gen::Result<u8> { let x$0 = yield_!(t.f())?; Ok(x) }", "u8"),
        ("trait T { #[gen::coroutine]\nfn f(&self) -> gen::Result<u8> { let x$0 = yield_!(async { 1_u8 })?; Ok(x) } }", "u8"),
        ("trait T { #[gen::coroutine(dyn)]\nfn f(&self) -> gen::Result<u8>; }\n#[gen::coroutine]\nfn g(t: &dyn T) -> gen::Result<u8> { let x$0 = yield_!(t.f())?; Ok(x) }", "u8"),
        ("trait T { #[gen::coroutine(send)]\nfn f(&self) -> gen::Result<u8>; }\nimpl T for Client { #[gen::coroutine(send)]\nfn f(&self) -> gen::Result<u8> { let x$0 = yield_!(async { 1_u8 })?; Ok(x) } }", "u8"),
        ("#[gen::coroutine]\nfn f<T, F>(future: F) -> gen::Result<T> where F: std::future::Future<Output = gen::Result<T>> { let x$0 = yield_!(future)?; Ok(x) }", "T"),
        ("#[gen::coroutine]\nfn f<const N: usize>(client: &Client, paths: [&str; N]) -> gen::Result<()> { let x$0 = yield_!(paths.map(|path| client.get(path)))?; Ok(()) }", "[Page; N]"),
        ("#[gen::coroutine]\nfn f(client: &Client) -> impl Clone { let x$0 = yield_!(client.get(\"a\")); 1_u8 }", "Result<Page, Error>"),
        ("#[gen::coroutine(returns)]\nfn f(client: &Client) -> gen::Result<u8> { let x$0 = yield_!(client.get(\"a\"))?; Ok(1) }", "Page"),
        ("#[gen::co]\nfn f(client: &Client) -> gen::Result<u8> { let x$0 = yield_!(client.get(\"a\"))?; Ok(1) }", "Page"),
        ("#[gen::engine]\nfn f(client: std::rc::Rc<Client>) { let x$0 = yield_!(client.get(\"a\")); }", "Result<Page, Error>"),
        ("#[gen::main]\nfn main() -> gen::Result<()> { let x$0 = yield_!(async { 1_u8 })?; Ok(()) }", "u8"),
        ("#[gen::coroutine]\nfn f() -> gen::Result<u8> { Ok(1) }\nfn g() { let x$0 = gen::run_sync(f()); }", "Result<u8, Error>"),
    ] {
        let shown = editor.hover(&with_client(source));
        if !shown.contains(&format!("let x: {expected}\n")) {
            wrong.push(format!("`{source}` shows{shown}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn yields_and_attributes_show_their_docs() {
    let Some(mut editor) = editor() else { return };
    let mut shows = |source: &str, expected: &str| {
        let shown = editor.hover(&with_client(source));
        assert!(shown.contains(expected), "`{source}` shows\n{shown}");
    };
    let docs = "Suspends the coroutine until a yieldable is resolved";
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
