//! Compiles each file. What it should say is in the `.stderr` beside it: read it before you accept a new one, which
//! `TRYBUILD=overwrite cargo test -p ui-tests` writes. One mistake is one error, and it points at what was typed.

#[test]
fn mistakes_are_reported_where_they_are_made() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("fail/*/*.rs");
    cases.pass("pass/*.rs");
}
