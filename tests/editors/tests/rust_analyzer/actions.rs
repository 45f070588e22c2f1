//! The actions that an editor offers for the typed code.

use crate::{editor, with_client};

/// The cursor is in the body. After the action `title`, the library contains `wanted`.
fn does(body: &str, title: &str, wanted: &str) {
    let Some(mut editor) = editor() else { return };
    let source = with_client(&format!(
        "#[gen::coroutine]\nfn f(client: &Client) -> gen::Result<u8> {{\n    {body}\n    Ok(1)\n}}\n"
    ));
    let offered = editor.actions(&source);
    assert!(offered.iter().any(|offer| offer == title), "`{body}`: offered is {offered:?}");
    let done = editor.act(&source, title);
    assert!(done.contains(wanted), "{done}");
    assert!(editor.complaints(&done).iter().all(|complaint| !complaint.is_error), "{done}");
}

#[test]
fn a_name_is_imported() {
    does(
        "let map: HashM$0ap<u8, u8>;",
        "Import `std::collections::HashMap`",
        "use std::collections::HashMap;\n",
    );
}

#[test]
fn arms_of_a_match_are_filled_in() {
    does(
        "match yield_!(client.get(\"/\")) {$0}",
        "Add 2 missing match arms",
        "match yield_!(client.get(\"/\")) {\n        Ok(_) => todo!(),\n        Err(_) => todo!(),\n    }",
    );
}

#[test]
fn fields_are_filled_in() {
    does("drop(Page {$0 });", "Fill struct fields", "drop(Page { body: todo!() });");
}

#[test]
fn a_condition_becomes_a_match() {
    does(
        "i$0f yield_!(client.get(\"/\")).is_ok() { return Ok(2); }",
        "Replace if with match",
        "match yield_!(client.get(\"/\")).is_ok() {",
    );
}
