//! Signatures that the parser does not accept.

use proc_macro2::TokenStream;

use super::{coroutine, errors};
use crate::pipeline;
use crate::pipeline::options::AttributeKind;

fn without_spaces(text: &str) -> String {
    text.replace(char::is_whitespace, "")
}

/// The tokens that the attribute emits for a function with this signature, and a yield in its body.
fn emitted(signature: &str) -> String {
    let item = format!("{signature} {{ yield_!(x) }}").parse().expect("tokens");
    without_spaces(&coroutine(TokenStream::new(), item).to_string())
}

#[test]
fn a_signature_that_is_being_typed_is_emitted_as_typed() {
    for (typed, emitted_as) in [
        ("fn f(x: ) -> R", "fn f(x: ) -> impl ::r#gen::Coroutine<Output = R> {"),
        ("pub fn f(x, y: Y) -> R", "pub fn f(x, y: Y) -> impl ::r#gen::Coroutine<Output = R> {"),
        ("fn f(a: A b: B)", "fn f(a: A b: B) -> impl ::r#gen::Coroutine<Output = ()> {"),
        (
            "fn f<F: Fn(u8) -> u8>(&self,, x: X) -> R where F: G",
            "fn f<F: Fn(u8) -> u8>(&self,, x: X) -> impl ::r#gen::Coroutine<Output = R> where F: G {",
        ),
        ("fn f(x: ) -> R where T", "fn f(x: ) -> impl ::r#gen::Coroutine<Output = R> where T {"),
        ("fn f(x: X) -> R where T", "fn f(x: X) -> impl ::r#gen::Coroutine<Output = R> where T {"),
        ("fn f(x: X) -> ", "fn f(x: X) -> impl ::r#gen::Coroutine<Output = > {"),
        ("fn f(x: X) -> gen::", "fn f(x: X) -> impl ::r#gen::Coroutine<Output = gen::> {"),
        ("fn f(x: X) -> impl", "fn f(x: X) -> impl ::r#gen::Coroutine<Output = impl> {"),
        ("fn f(x: X) => R", "fn f(x: X) -> impl ::r#gen::Coroutine<Output = R> {"),
        ("fn f(x: X): R", "fn f(x: X) -> impl ::r#gen::Coroutine<Output = R> {"),
        ("fn f -> R", "fn f() -> impl ::r#gen::Coroutine<Output = R> {"),
        ("fn f", "fn f() -> impl ::r#gen::Coroutine<Output = ()> {"),
    ] {
        let emitted = emitted(typed);
        assert!(emitted.starts_with(&without_spaces(emitted_as)), "`{typed}` became\n{emitted}");
        assert!(
            emitted.contains(
                "yield_!(@frame__frame__coroutine_site0(::r#gen::__private::Edge)at(__coroutine_site,0),x)"
            ),
            "`{typed}` became\n{emitted}"
        );
        assert!(!emitted.contains("compile_error"), "`{typed}`: rustc says it\n{emitted}");
    }
}

#[test]
fn every_attribute_and_option_takes_it() {
    let item = || "fn f(x: ) { yield_!(x) }".parse().expect("tokens");
    for (attribute, option) in [
        (AttributeKind::Coroutine, "boxed"),
        (AttributeKind::Coroutine, "dyn"),
        (AttributeKind::Coroutine, "send"),
        (AttributeKind::Engine, ""),
    ] {
        let tokens = pipeline::run(attribute, option.parse().expect("tokens"), item());
        let emitted = without_spaces(&tokens.to_string());
        assert!(emitted.contains("(x:)->"), "{emitted}");
        assert!(!emitted.contains("compile_error"), "{emitted}");
    }
}

/// We report other mistakes even if rustc reports the signature.
#[test]
fn a_misplaced_yield_is_reported_all_the_same() {
    let item = "fn f(x: ) { || yield_!(x) }".parse().expect("tokens");
    let emitted = without_spaces(&coroutine(TokenStream::new(), item).to_string());
    assert_eq!(emitted.matches("compile_error").count(), 1, "{emitted}");
    assert!(emitted.contains("fnf(x:)->"), "{emitted}");
}

#[test]
fn what_is_no_function_is_not_taken_for_one() {
    for item in ["struct S { x: }", "fn", "fn f(x: )", "fn (x: X) {}", "fn f<T(x: X) {}", "x fn {}"] {
        let item: TokenStream = item.parse().expect("tokens");
        let emitted = coroutine(TokenStream::new(), item.clone()).to_string();
        assert!(emitted.starts_with(&item.to_string()), "{emitted}");
        assert!(emitted.contains("compile_error"), "{emitted}");
    }
    let fits = "fn f(x: X) -> R { yield_!(x) }".parse().expect("tokens");
    assert!(errors(&coroutine(TokenStream::new(), fits)).is_empty());
}
