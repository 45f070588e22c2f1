//! The tokens that are emitted for other attributes beside ours. `tests/macro-behaviour` tests how
//! the emitted code behaves.

use proc_macro2::TokenStream;
use quote::quote;

use super::{coroutine, errors};
use crate::pipeline;
use crate::pipeline::neighbours::above::ends_in_test;
use crate::pipeline::neighbours::cases;
use crate::pipeline::neighbours::source_file::SourceFile;
use crate::pipeline::options::AttributeKind;

fn emitted(item: TokenStream) -> String {
    coroutine(TokenStream::new(), item).to_string().replace(char::is_whitespace, "")
}

/// The tokens that `tracing-attributes` 0.1.31 emits for a function that is not `async`. `rest`
/// follows the guard.
fn instrumented(rest: TokenStream) -> TokenStream {
    quote! {
        let __tracing_attr_span;
        let __tracing_attr_guard;
        if enabled!(INFO) || logged!(INFO, {true} else {false}) {
            __tracing_attr_span = span!(n = n);
            __tracing_attr_guard = __tracing_attr_span.enter();
        }
        #rest
    }
}

const MAKE: &str = "let__tracing_attr_span;match(){()ifenabled!(INFO)||logged!(INFO,{true}else{false})=>{__tracing_attr_span=span!(n=n);}\
                    _=>__tracing_attr_span=::tracing::Span::none()}return::tracing::Instrument::instrument(asyncmove";

#[test]
fn a_guard_becomes_a_span_around_the_polls() {
    let block = instrumented(quote!(
        #[warn(lint)]
        {
            body(yield_!(x))
        }
    ));
    let emitted = emitted(quote!(fn f(n: u8) -> R { #[deprecated] { note() } #[allow(lint)] { #block } }));
    assert!(emitted.contains(&format!("letn=n;#[deprecated]{{note()}}{MAKE}{{match(){{")), "{emitted}");
    assert!(
        emitted.contains(
            "()=>{body(yield_!(@frame__frame__coroutine_site0(::r#gen::__private::Edge)at(__coroutine_site,0),x))}"
        ),
        "{emitted}"
    );
    assert!(emitted.contains("},__tracing_attr_span).await;}"), "{emitted}");
    assert!(!emitted.contains("guard") && !emitted.contains("allow"), "{emitted}");
}

#[test]
fn the_closure_that_events_are_made_of_becomes_a_block() {
    let block = instrumented(quote!(let x = (move || { body(yield_!(x)) })(); event!(x); x));
    let emitted = emitted(quote!(fn f(n: u8) -> R { #block }));
    assert!(emitted.contains(&format!("{MAKE}{{letx=(asyncmove{{match(){{")), "{emitted}");
    assert!(emitted.contains(").await;event!(x);x},__tracing_attr_span).await;}"), "{emitted}");
}

/// A span that is silently wrong would be worse than an error.
#[test]
fn what_is_not_known_is_a_mistake() {
    let started = || instrumented(quote!(rest()));
    for body in [
        quote!(let __tracing_attr_span = span!(); body(yield_!(x))),
        quote!(Box::pin(async move {
            let __tracing_attr_span = span!();
            body().await
        })),
        started(),
        quote!({
            let __tracing_attr_span;
            let __tracing_attr_guard;
            if enabled {}
            { body() }
        }),
        instrumented({
            let inner = instrumented(quote!({ body() }));
            quote!({ #inner })
        }),
    ] {
        let found = errors(&coroutine(TokenStream::new(), quote!(fn f(n: u8) -> R { #body })));
        assert!(found.len() == 1 && found[0].contains("tracing::instrument"), "{body}: {found:?}");
    }
}

#[test]
fn instrument_is_put_above() {
    let item = quote!(
        #[inline]
        #[tracing::instrument(skip(n))]
        pub fn f(n: u8) -> R {
            yield_!(n)
        }
    );
    let options = || "boxed, crate = a::b".parse::<TokenStream>().expect("tokens");
    let emitted = coroutine(options(), item).to_string();
    let expected = quote! {
        #[tracing::instrument(skip(n))] #[a::b::__private::coroutine(boxed, crate = a::b)] #[inline]
        pub fn f(n: u8) -> R { yield_!(n) }
    };
    assert_eq!(emitted.replace(' ', ""), expected.to_string().replace(' ', ""));
}

#[test]
fn what_wants_an_async_fn_gets_one() {
    let item = quote!(
        #[tokio::main]
        #[ignore]
        pub fn f((a, b): (u8, u8), mut c: u8) -> R {
            body()
        }
    );
    let emitted = emitted(item);
    let outer = "#[tokio::main]#[ignore]pubasyncfnf(a_b:(u8,u8),c:u8)->R{fnf(";
    assert!(emitted.starts_with(outer), "{emitted}");
    assert!(emitted.ends_with("f(a_b,c).await}"), "{emitted}");
}

/// `default` belongs to a method of an `impl`. It does not parse in the block of a function.
#[test]
fn a_method_by_default_is_not_put_into_a_function() {
    for runner in [quote!(test), quote!(tokio::test), quote!(cached)] {
        let emitted = coroutine(TokenStream::new(), quote! { #[#runner] pub default fn f() {} });
        let text = emitted.to_string();
        assert!(text.contains("cannot be put around a method"), "{text}");
        let block = quote! { impl T for S { #emitted } };
        syn::parse2::<syn::ItemImpl>(block).unwrap_or_else(|error| panic!("{error}: {text}"));
    }
}

/// Qualifiers that a coroutine cannot have are on neither function, so that both parse.
#[test]
fn an_outer_function_has_none_of_the_wrong_qualifiers() {
    for function in [quote!(const fn f()), quote!(extern "C" fn f()), quote!(fn f(a: u8, ...))] {
        for runner in [quote!(test), quote!(tokio::test)] {
            let emitted = coroutine(TokenStream::new(), quote! { #[#runner] #function {} });
            assert_eq!(errors(&emitted).len(), 1, "{emitted}");
        }
    }
}

#[test]
fn a_test_above_is_found_among_attributes_and_comments() {
    for (above, is_test) in [
        ("fn f() {}\n\n#[test]\n", true),
        ("#[test] ", true),
        ("#[test]\n#[should_panic]\n/// Text.\n\n    ", true),
        ("#[test]\nfn f() {}\n", false),
        ("// #[test]\n", false),
        ("#[test]\n#[cfg(all(\n    unix\n))]\n", false),
        ("#[test] // why\n", true),
        ("#[ignore] #[test]\n", true),
        ("#[test] fn f() {}\n", false),
        ("#[test] mod m {\n", false),
        ("#[test]\n#[ignore] fn f() {}\n", false),
        ("#[doc = \"#[test]\"]\n", false),
        ("#[test]\n#[doc = \"a\n", false),
        ("#[test]\n#[doc = \"a\n#[b]\"]\n", false),
        ("", false),
    ] {
        assert_eq!(ends_in_test(above), is_test, "{above:?}");
    }
}

/// A place outside of the file may come from an editor that has not yet saved it.
#[test]
fn a_source_file_gives_the_text_before_a_place() {
    let file = SourceFile::new("#[test]\r\n\n/* ü */ #[gen::test]".to_owned());
    for (line, column, before) in [
        (1, 1, Some("")),
        (2, 1, Some("#[test]\r\n")),
        (3, 9, Some("#[test]\r\n\n/* ü */ ")),
        (1, 90, None),
        (3, 90, None),
        (4, 1, None),
        (0, 1, None),
        (1, 0, None),
    ] {
        assert_eq!(file.before(line, column), before, "{line}:{column}");
    }
}

#[test]
fn an_attribute_that_makes_tests_is_found_above() {
    for (above, name) in [
        ("#[apply(template)]\n", Some("apply")),
        ("#[rstest]\n#[case(1)]\n", Some("rstest")),
        ("#[rstest::rstest]\n#[case::one(\"]\")] // a comment\n\n", Some("rstest")),
        ("#[test_case(1; \"one\")]\n#[test_case(2)]\n", Some("test_case")),
        ("#[rstest]\nfn other() {}\n", None),
        ("#[ignore]\n", None),
    ] {
        assert_eq!(cases::name_at_end(above, true).as_deref(), name, "{above:?}");
    }
    assert_eq!(cases::name_at_end("#[apply(some_macro!)]\n", false), None);
}

/// The test would vanish: `#[apply]` is also an attribute of `macro_rules_attribute`, and that one
/// makes no test.
#[test]
fn apply_makes_the_tests_only_of_a_function_with_arguments() {
    for (item, is_one_test) in [
        (
            quote!(
                #[apply(some_macro!)]
                fn waits() {}
            ),
            true,
        ),
        (
            quote!(
                #[apply(template)]
                fn waits(n: u32) {}
            ),
            false,
        ),
        (
            quote!(
                #[rstest]
                fn waits() {}
            ),
            false,
        ),
    ] {
        let emitted = pipeline::run(AttributeKind::Test, TokenStream::new(), item);
        let text = emitted.to_string().replace(' ', "");
        assert!(errors(&emitted).is_empty(), "{text}");
        assert_eq!(text.contains("prelude::v1::test]"), is_one_test, "{text}");
    }
}
