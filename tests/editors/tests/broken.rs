//! rustc reports no more errors for a coroutine that does not parse than for an `async fn`.

use std::fs;
use std::path::Path;

use editors::program::Program;
use editors::tools::cargo;

/// Code in a body while it is typed, with a yield before it and an expression after it.
const PIECES: [&str; 46] = [
    "page.;",
    "page.body.len(",
    "page.",
    "page.body::",
    "if",
    "if page.",
    "if page.is_empty() {",
    "else { 1 }",
    "match page",
    "match page {",
    "match page { Page",
    "match page { x =>",
    "match page { 1 => , }",
    "while",
    "loop",
    "for",
    "for x",
    "for x in",
    "let",
    "let x",
    "let x =",
    "let x = ;",
    "let x: ",
    "let (a, b",
    "let x = <",
    "let v: Vec<u8",
    "fn",
    "fn inner",
    "const X",
    "use std::",
    "|",
    "let f = |x",
    "foo(",
    "vec![1, ",
    "println!(\"{}\"",
    "println!(\"{}\", page.)",
    "&",
    "1 2",
    "}",
    ") ;",
    "\"open",
    "#[allow(",
    "async",
    "yield_!(",
    "yield_!(page.",
    "yield_!((page, ",
];

/// Signatures of `f`, while they are typed.
const SIGNATURES: [&str; 22] = [
    "fn f(n) -> gen::Result<usize>",
    "fn f(n: ) -> gen::Result<usize>",
    "fn f(n: &) -> gen::Result<usize>",
    "fn f(n: Vec<) -> gen::Result<usize>",
    "fn f(n: gen::) -> gen::Result<usize>",
    "fn f(n: [u8; ]) -> gen::Result<usize>",
    "fn f(n: impl ) -> gen::Result<usize>",
    "fn f(mut) -> gen::Result<usize>",
    "fn f((a, ): ) -> gen::Result<usize>",
    "fn f(n: u8,, m: u8) -> gen::Result<usize>",
    "fn f(n: u8 m: u8) -> gen::Result<usize>",
    "fn f(n: u8 -> gen::Result<usize>",
    "fn f() -> ",
    "fn f() -> gen::",
    "fn f() -> impl",
    "fn f() gen::Result<usize>",
    "fn f<T() -> gen::Result<usize>",
    "fn f<'>() -> gen::Result<usize>",
    "fn f() -> gen::Result<usize> where T",
    "fn () -> gen::Result<usize>",
    "fn f -> gen::Result<usize>",
    "fn f() -> gen::Result<usize>;",
];

/// Checks sources in a package of its own.
struct Rustc {
    program: Program,
}

impl Rustc {
    /// The errors, without the positions at which the sources differ.
    fn errors(&self, source: &str) -> Vec<String> {
        fs::write(&self.program.source, source).expect("the folder can be written to");
        let mut check = cargo();
        let target = self.program.folder.join("target");
        check.current_dir(&self.program.folder).env("CARGO_TARGET_DIR", target).args([
            "check",
            "--quiet",
            "--offline",
            "--message-format=short",
        ]);
        let output = check.output().expect("cargo runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let errors = said.lines().filter_map(|line| line.split_once(": error"));
        errors.map(|(place, error)| format!("{place}: {error}")).collect()
    }
}

/// Builds the package once with a correct source. Then each wrong source is checked in it.
fn rustc() -> Rustc {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs");
    Rustc { program: Program::build(&folder, "broken", "fn main() {}\n", &[]) }
}

const REST: &str = "\nuse gen::yield_;\nstruct Page { body: String }\nasync fn get() -> gen::Result<Page> { Ok(Page { body: String::new() }) }\nfn main() {}\n";

fn coroutine(signature: &str, piece: &str) -> String {
    format!("#[gen::coroutine]\n{signature} {{\n    let page = yield_!(get())?;\n    {piece}\n    Ok(page.body.len())\n}}{REST}")
}

fn function(signature: &str, piece: &str) -> String {
    let piece = piece.replace("yield_!", "drop");
    format!("#[inline]\nasync {signature} {{\n    let page = get().await?;\n    {piece}\n    Ok(page.body.len())\n}}{REST}")
}

fn says_no_more(signature: &str, piece: &str, rustc: &Rustc, wrong: &mut Vec<String>) {
    let ours = rustc.errors(&coroutine(signature, piece));
    let theirs = rustc.errors(&function(signature, piece));
    assert!(!theirs.is_empty(), "{signature} {piece}: it is a mistake");
    if ours.is_empty() || ours.len() > theirs.len() || ours.iter().any(|error| error.contains("yield_!`")) {
        wrong.push(format!("{signature} {{ {piece} }}\n{ours:#?}\nagainst\n{theirs:#?}"));
    }
}

#[test]
fn a_body_that_is_being_typed_has_the_errors_of_a_function() {
    let rustc = rustc();
    let mut wrong = Vec::new();
    for piece in PIECES {
        says_no_more("fn f() -> gen::Result<usize>", piece, &rustc, &mut wrong);
    }
    for signature in SIGNATURES {
        says_no_more(signature, "", &rustc, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
