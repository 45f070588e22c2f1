//! The expansions of the macros, as an editor shows them.

use crate::{editor, with_client};

const STATEMENTS: [&str; 5] = [
    "let mut sum = 0;",
    "for page in &pages {",
    "sum += page.body.len();",
    "log(\"{sum}\", sum);",
    "Ok(sum)",
];

#[test]
fn the_attribute_leaves_the_body_as_it_was_typed() {
    let Some(mut editor) = editor() else { return };
    let [sum, each, add, log, result] = STATEMENTS;
    let source = format!(
        "fn log(_: &str, _: usize) {{}}\n#[gen::corou$0tine]\nfn total(client: &Client, mut path: String) -> gen::Result<usize> {{\n\
         {sum}\nlet pages = vec![yield_!(client.get(&path))?];\n{each} {add} }}\n{log}\n{result}\n}}\n"
    );
    let expanded = editor.expansion(&with_client(&source));
    let mut rest = expanded.as_str();
    let lines = [
        "fn total(",
        "-> impl ::r#gen::Coroutine<Output = gen::Result<usize>>",
        "async move {",
        "let mut path = path;",
    ];
    for line in lines.into_iter().chain(STATEMENTS) {
        let position =
            rest.find(line).unwrap_or_else(|| panic!("no `{line}` where it should be in\n{expanded}"));
        rest = &rest[position + line.len()..];
    }
    assert!(expanded.lines().count() <= 60, "a short function stays short\n{expanded}");
}

#[test]
fn a_yield_is_one_screen() {
    let Some(mut editor) = editor() else { return };
    let source =
        "#[gen::coroutine]\nfn f(client: &Client) -> gen::Result<Page> { yie$0ld_!(client.get(\"/\")) }\n";
    let expanded = editor.expansion(&with_client(source));
    assert!(expanded.contains("client.get(\"/\")"), "{expanded}");
    assert!(expanded.contains(".await"), "{expanded}");
    assert!(expanded.lines().count() <= 20, "{expanded}");
}
