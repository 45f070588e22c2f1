//! Attributes that cannot be combined with ours: they rewrite the body, or expect the function to
//! be `async`.

use proc_macro2::TokenTree;
use syn::GenericParam;

use super::ends_in;
use crate::pipeline::mistakes::Mistakes;
use crate::pipeline::options::AttributeKind;
use crate::pipeline::parse::Function;
use crate::pipeline::tokens::{is, is_block, is_word};

/// Reports these attributes. Returns false if the body is no longer the user's.
pub(crate) fn check(kind: AttributeKind, function: &mut Function, mistakes: &mut Mistakes) -> bool {
    check_maybe_async(function, mistakes);
    let before = mistakes.len();
    check_runner(kind, function, mistakes);
    check_async_trait(function, mistakes);
    mistakes.len() == before
}

fn check_maybe_async(function: &mut Function, mistakes: &mut Mistakes) {
    const NAMES: &[&str] = &["maybe_async", "must_be_async", "must_be_sync", "async_impl", "sync_impl"];
    function.attributes.retain(|attribute| {
        let found = ends_in(attribute.path(), NAMES);
        if found {
            let name =
                attribute.path().segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
            mistakes.report(
                attribute,
                &format!(
                    "`#[{name}]` and a coroutine cannot be combined: \
                     the attribute adds or removes `async`, and a coroutine is written without it"
                ),
                "remove it; if you also need a function that blocks, write that one separately",
            );
        }
        !found
    });
}

/// Reports a `#[tokio::test]` or `#[tokio::main]` above ours. It has replaced the body by one that
/// runs the user's body.
fn check_runner(kind: AttributeKind, function: &mut Function, mistakes: &mut Mistakes) {
    let body: Vec<TokenTree> = function.body.tokens().into_iter().take(5).collect();
    let runs = match body.as_slice() {
        [let_, body, equals, async_, rest] => {
            is_word(let_, "let")
                && is_word(body, "body")
                && is(equals, '=')
                && is_word(async_, "async")
                && is_block(rest)
        }
        _ => false,
    };
    if !runs {
        return;
    }
    let test = function
        .attributes
        .iter_mut()
        .find(|other| other.path().leading_colon.is_some() && ends_in(other.path(), &["test"]));
    let is_main = function.signature.ident == "main";
    if test.is_none() && !is_main {
        return;
    }
    let name = kind.name();
    let wrong = format!(
        "`{name}` stands below the attribute that runs the function, which has already replaced the body"
    );
    let help = match kind {
        AttributeKind::Main => {
            "remove that attribute, and write `#[gen::main(tokio)]` on a `fn` without `async`"
        }
        AttributeKind::Test => {
            "remove that attribute, and write `#[gen::test(tokio)]` on a `fn` without `async`"
        }
        AttributeKind::Coroutine | AttributeKind::Engine => {
            "write `#[gen::coroutine]` above that attribute, on a `fn` without `async`"
        }
    };
    mistakes.report(&function.signature.ident, &wrong, help);
    // Without `#[test]` nothing calls the function, which is not a mistake of its own.
    if let Some(test) = test {
        *test = syn::parse_quote!(#[allow(dead_code)]);
    }
}

/// Reports a method that `#[async_trait]` has rewritten.
fn check_async_trait(function: &Function, mistakes: &mut Mistakes) {
    let signature = &function.signature;
    let boxed = signature.generics.params.iter().any(|parameter| {
        matches!(parameter, GenericParam::Lifetime(parameter) if parameter.lifetime.ident == "async_trait")
    });
    if boxed {
        mistakes.report(
            &signature.ident,
            "`#[async_trait]` has already made this `async fn` return a boxed future, \
             so it cannot be a coroutine",
            "remove `async`: `#[async_trait]` does not change a plain `fn`; \
             for `dyn Trait` write `#[gen::coroutine(dyn)]`, also in the trait",
        );
    }
}
