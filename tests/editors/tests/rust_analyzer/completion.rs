//! The names that an editor offers to complete.

use crate::{editor, with_client};

/// Each body is the text before the end of the file, with a cursor. The labels must be offered
/// there.
fn offers(bodies: &[(String, &[&str])]) {
    let Some(mut editor) = editor() else { return };
    let mut missing = Vec::new();
    for (body, wanted) in bodies {
        let head = "#[gen::coroutine]\nfn f(client: &Client) -> gen::Result<usize> {\n    let page = yield_!(client.get(\"/\"))?;";
        let offered = editor.completions(&with_client(&format!("{head}\n    {body}")));
        if !wanted.iter().all(|wanted| offered.iter().any(|offer| offer == wanted)) {
            missing.push(format!("{body:?}"));
        }
    }
    assert!(missing.is_empty(), "not offered at the cursor of\n{}", missing.join("\n"));
}

/// The ends of a body: finished, and while it is typed.
const ENDS: [&str; 6] = [
    ";\n    Ok(1)\n}\n",
    "\n    Ok(1)\n}\n",
    "\n}\n",
    "\n    yield_!(client.get(\"/\"))?;\n    Ok(1)\n}\n",
    "\n    for path in [\"a\"] { drop(yield_!(client.get(path))?); }\n    Ok(1)\n}\n",
    "\n",
];

/// Tests pieces of a body, each before each of the ends.
fn offers_at_each_end(pieces: &[(&str, &[&'static str])]) {
    let bodies = pieces.iter().flat_map(|(piece, wanted)| ENDS.map(|end| (format!("{piece}{end}"), *wanted)));
    offers(&bodies.collect::<Vec<_>>());
}

#[test]
fn fields_and_methods_after_a_dot() {
    offers_at_each_end(&[
        ("page.$0", &["body"]),
        ("page.bo$0", &["body"]),
        ("client.$0", &["get", "base"]),
        ("let other = client.g$0", &["get"]),
        ("if page.$0", &["body"]),
        ("match page.$0", &["body"]),
        ("for char in page.$0", &["body"]),
        ("drop(page.$0", &["body"]),
        ("loop { page.$0", &["body"]),
    ]);
}

#[test]
fn what_is_yielded() {
    for closed in [")", ")?"] {
        let pieces =
            ["client.$0", "client.g$0", "cli$0"].map(|typed| format!("let other = yield_!({typed}{closed}"));
        let [dot, word, name] = &pieces;
        offers_at_each_end(&[(dot, &["get", "base"]), (word, &["get"]), (name, &["client"])]);
    }
}

/// Without its closing parenthesis, the yielded expression goes on to the end of the function.
#[test]
fn what_is_yielded_last() {
    for typed in ["yield_!(client.$0", "yield_!(client.g$0", "let page = yield_!(client.g$0"] {
        offers(&["\n}\n", "\n", "\n    Ok(1)\n}\n"].map(|end| (format!("{typed}{end}"), &["get"][..])));
    }
}

#[test]
fn what_is_yielded_together_with_others() {
    offers_at_each_end(&[
        ("yield_!((client.get(\"/\"), client.$0))?", &["get"]),
        ("yield_!((client.$0, client.get(\"/\")))?", &["get"]),
        ("yield_!((client.get(\"/\"), cli$0))?", &["client"]),
        ("yield_!([client.get(\"/\"), client.$0])?", &["get"]),
        ("yield_!([\"/\"].iter().map(|path| client.$0).collect::<Vec<_>>())?", &["get"]),
        ("yield_!(Some(client.$0))?", &["get"]),
        ("yield_!(async { yield_!(client.$0) })?", &["get"]),
    ]);
}

#[test]
fn what_a_yield_gives() {
    offers_at_each_end(&[
        ("let other = yield_!(client.get(\"/\"))?.$0", &["body"]),
        ("let other = yield_!(client.get(\"/\")).$0", &["is_ok"]),
        ("let other = yield_!((client.get(\"/\"), client.get(\"/\")))?.0.$0", &["body"]),
        ("println!(\"{}\", page.$0)", &["body"]),
        ("println!(\"{}\", yield_!(client.get(page.$0))?.body)", &["body"]),
    ]);
}

#[test]
fn names_of_the_body() {
    offers_at_each_end(&[
        ("let other = pa$0", &["page", "client"]),
        ("drop(pa$0", &["page", "client"]),
        ("return $0", &["page", "client"]),
        ("let other: Pa$0", &["Page", "Client"]),
        ("let other = Page { $0 }", &["body"]),
    ]);
}

#[test]
fn within_every_kind_of_expression() {
    offers_at_each_end(&[
        ("match page { Page { body } => body.$0 }", &["len"]),
        ("match page { Page { bo$0 } => 1 }", &["body"]),
        (
            "match yield_!(client.get(\"/\")) { Ok(page) => page.$0, Err(error) => return Err(error) }",
            &["body"],
        ),
        (
            "match yield_!(client.get(\"/\")) { Ok(page) => page.$0 Err(error) => return Err(error) }",
            &["body"],
        ),
        ("let size = |page: &Page| page.$0", &["body"]),
        ("let size = |page: &Page| { page.$0 }", &["body"]),
        ("let other = Page { body: page.$0 }", &["body"]),
        ("let other = Page { body: page.$0", &["body"]),
        ("let other = Page { bo$0", &["body"]),
        ("let other = client.get(\"/\").$0", &["await"]),
        ("let other = client.get(\"/\").await.$0", &["is_ok"]),
        ("let other = client.get(\"/\").await?.$0", &["body"]),
        ("if true { page.$0", &["body"]),
        ("while page.$0", &["body"]),
        ("let Some(x) = page.$0 else { return Ok(1) }", &["body"]),
        ("return Ok(page.$0", &["body"]),
        ("page.body.len() + page.$0", &["body"]),
        ("assert_eq!(page.$0, 1)", &["body"]),
        ("async { page.$0 }", &["body"]),
        ("'outer: loop { break '$0 }", &["'outer"]),
        ("for page in yield_!(vec![client.get(\"/\")])? { page.$0", &["body"]),
        ("page.bo$0dy.len()", &["body"]),
    ]);
}

#[test]
fn yields_within_yields() {
    offers_at_each_end(&[
        ("yield_!(yield_!(async { client.$0 })?)?", &["get"]),
        ("yield_!(client.get(&yield_!(client.$0)?.body))?", &["get"]),
        ("yield_!(client.get(yield_!(async { page.$0 })?))?", &["body"]),
        ("yield_!((client.get(\"/\"), client.get(&page.$0)))?", &["body"]),
        ("yield_!((client.get(&page.$0), client.get(\"/\")))?", &["body"]),
        ("yield_!((client.get(\"/\"), client.get(&page.$0", &["body"]),
        ("yield_!((client.get(\"/\"), client.$0", &["get"]),
        ("yield_!((client.$0, ", &["get"]),
        ("let task = async { yield_!(client.$0", &["get"]),
        ("let task = async { let other = yield_!(client.get(\"/\"))?; other.$0", &["body"]),
        ("yield_!(client.$0;", &["get"]),
    ]);
}

/// Another attribute gets a function around the coroutine, which the editor expands too.
#[test]
fn in_a_coroutine_that_another_attribute_runs() {
    let Some(mut editor) = editor() else { return };
    let mut missing = Vec::new();
    for attributes in [
        "#[gen::coroutine]\n#[tokio::test]",
        "#[gen::coroutine]\n#[tokio::main(flavor = \"current_thread\")]",
        "#[gen::coroutine]\n#[test]",
        "#[gen::test]",
        "#[gen::main]",
    ] {
        let head = format!("{attributes}\nfn waits() -> gen::Result<()> {{\n    let client = Client {{ base: String::new() }};\n    let page = yield_!(client.get(\"/\"))?;");
        let mut pieces = vec![
            ("page.$0".to_owned(), "body"),
            ("yield_!(client.g$0".to_owned(), "get"),
            ("yield_!(client.g$0)?".to_owned(), "get"),
        ];
        // As in `the_path_of_a_type_behind_any_number_of_yields`.
        for yields in 0..5 {
            let before = "yield_!(client.get(\"/\"))?; ".repeat(yields);
            pieces.push((format!("{before}let length: std::time::$0"), "Duration"));
        }
        for (piece, wanted) in pieces {
            for end in [";\n    Ok(())\n}\n", "\n    Ok(())\n}\n", "\n}\n"] {
                let offered = editor.completions(&with_client(&format!("{head}\n    {piece}{end}")));
                if !offered.iter().any(|offer| offer == wanted) {
                    missing.push(format!("{attributes:?} {piece:?} {end:?}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "not offered at the cursor of\n{}", missing.join("\n"));
}

#[test]
fn paths_and_macros() {
    offers_at_each_end(&[
        ("gen::$0", &["sleep", "yield_!"]),
        ("yield_!(gen::$0)", &["sleep"]),
        ("let length: std::time::$0", &["Duration"]),
        ("yield_!(gen::sleep(std::time::Duration::$0))", &["from_secs"]),
        ("yi$0", &["yield_!"]),
        ("let other = yi$0", &["yield_!"]),
        ("yield_!(client.get($0))", &["page"]),
        ("yield_!(client.get(pa$0", &["page"]),
        ("yield_![client.$0]", &["get"]),
        ("gen::yield_!(client.$0)", &["get"]),
    ]);
}

/// With the completed word the body can be parsed, and without it not. The two expansions differ in
/// length by the text that is added for the yields before the cursor.
#[test]
fn the_path_of_a_type_behind_any_number_of_yields() {
    let wanted: &[&'static str] = &["Duration"];
    for yields in [0, 1, 2, 3, 4, 5, 8, 16] {
        let piece = format!("{}let length: std::time::$0", "yield_!(client.get(\"/\"))?; ".repeat(yields));
        offers_at_each_end(&[(&piece, wanted)]);
    }
}

#[test]
fn names_of_the_signature() {
    let Some(mut editor) = editor() else { return };
    for (source, wanted) in [
        ("#[gen::coroutine]\nfn f(client: Cl$0) -> gen::Result<u8> { Ok(1) }", "Client"),
        ("#[gen::coroutine]\nfn f(client: Client) -> gen::Re$0 { Ok(1) }", "Result"),
        ("#[gen::coroutine]\nfn f(client: Client) -> gen::Result<Pa$0> { Ok(1) }", "Page"),
        ("impl Client {\n#[gen::coroutine]\nfn f(&self) -> gen::Result<u8> { self.$0 } }", "base"),
        ("impl Client {\n#[gen::coroutine]\nfn f(&self) -> gen::Result<u8> { Self::$0 } }", "get"),
        ("#[gen::corou$0]\nfn f() {}", "coroutine"),
    ] {
        let offered = editor.completions(&with_client(source));
        let found = offered.iter().any(|offer| offer == wanted || offer.starts_with(&format!("{wanted}(")));
        assert!(found, "{source}\noffers {offered:?}");
    }
}
