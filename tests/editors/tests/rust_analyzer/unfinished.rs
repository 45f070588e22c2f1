//! Bodies that do not parse yet. The editor treats the function as a coroutine nevertheless.

use crate::{editor, with_client};

/// Pieces that no parser accepts. For the last ones the server does not even pass the body to the
/// attribute.
const PIECES: [&str; 9] = [
    "page.;",
    "page.body.len(",
    "if page.",
    "yield_!(client.",
    "yield_!((client.get(\"/\"), ",
    "let x = ;",
    "let = 3;",
    "let x: ;",
    "drop(;",
];

fn function_with(piece: &str) -> String {
    with_client(&format!(
        "#[gen::coroutine]\nfn unfinished(client: &Client) -> gen::Result<usize> {{\n    let page = yield_!(client.get(\"/\"))?;\n    {piece}\n    Ok(page.body.len())\n}}\n"
    ))
}

#[test]
fn its_caller_sees_the_true_signature() {
    let Some(mut editor) = editor() else { return };
    for piece in PIECES.iter().filter(|piece| !piece.contains(['(', '{']) || piece.ends_with(';')) {
        let caller = "#[gen::coroutine]\nfn caller(client: &Client) -> gen::Result<usize> { let siz$0e = yield_!(unfinished(client))?; Ok(size) }\n";
        let shown = editor.hover(&format!("{}{caller}", function_with(piece)));
        assert!(shown.contains("let size: usize"), "`{piece}`: the caller sees\n{shown}");
    }
}

/// Signatures that do not parse, or not yet.
const SIGNATURES: [&str; 12] = [
    "(client: &Client, n) -> gen::Result<usize>",
    "(client: &Client, n: ) -> gen::Result<usize>",
    "(client: &Client, n: &) -> gen::Result<usize>",
    "(client: &Client, n: Vec<) -> gen::Result<usize>",
    "(client: &Client, n: gen::) -> gen::Result<usize>",
    "(client: &Client, mut) -> gen::Result<usize>",
    "(client: &Client, (a, ): ) -> gen::Result<usize>",
    "(client: &Client,, n: u8) -> gen::Result<usize>",
    "(client: &Client n: u8) -> gen::Result<usize>",
    "(client: &Client) -> gen::Result<usize> where T",
    "(client: &Client) -> gen::Result<usize> where T: ",
    "(client: &Client) -> impl",
];

#[test]
fn a_body_is_one_while_its_signature_is_typed() {
    let Some(mut editor) = editor() else { return };
    for signature in SIGNATURES {
        let function = |body: &str| {
            let yielded = "yield_!(client.get(\"/\"))?;";
            with_client(&format!(
                "#[gen::coroutine]\nfn unfinished{signature} {{\n    {}\n    Ok(1)\n}}\n",
                body.replace("GET", yielded)
            ))
        };
        let shown = editor.hover(&function("let pa$0ge = GET"));
        assert!(shown.contains("let page: Page"), "`{signature}`: shown is\n{shown}");
        let offered = editor.completions(&function("let page = GET page.$0;"));
        assert!(offered.iter().any(|offer| offer == "body"), "`{signature}`: offered is {offered:?}");
        let complaints = editor.complaints(&function("let page = GET drop(page);"));
        assert!(
            complaints.iter().all(|complaint| complaint.code != "macro-error"),
            "`{signature}`: {complaints:?}"
        );
    }
}

#[test]
fn the_rest_of_it_keeps_its_types() {
    let Some(mut editor) = editor() else { return };
    for piece in PIECES {
        let source = function_with(piece).replacen("let page = yield_!", "let pa$0ge = yield_!", 1);
        let shown = editor.hover(&source);
        assert!(shown.contains("let page: Page"), "`{piece}`: shown is\n{shown}");
    }
}

#[test]
fn its_yields_are_not_called_misplaced() {
    let Some(mut editor) = editor() else { return };
    for piece in PIECES {
        let complaints = editor.complaints(&function_with(piece));
        let ours: Vec<_> = complaints.iter().filter(|complaint| complaint.code == "macro-error").collect();
        assert!(ours.is_empty(), "`{piece}`: {ours:?}");
        assert!(
            complaints.iter().any(|complaint| complaint.code == "syntax-error"),
            "`{piece}` is a mistake"
        );
    }
}

#[test]
fn what_is_typed_before_a_mistake_is_completed() {
    let Some(mut editor) = editor() else { return };
    for piece in ["let x = ;", "let = 3;", "drop(;"] {
        let offered = editor.completions(&function_with(&format!("page.$0;\n    {piece}")));
        assert!(offered.iter().any(|offer| offer == "body"), "`{piece}`: offered is {offered:?}");
    }
}
