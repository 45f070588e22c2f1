//! Mistakes in the signature and the attributes of the function.

use quote::ToTokens;
use syn::{Generics, Path, Safety, Signature};

use super::engine;
use crate::pipeline::mistakes::Mistakes;
use crate::pipeline::neighbours::cases;
use crate::pipeline::options::AttributeKind;
use crate::pipeline::parse::{Body, Function};

/// Reports what a coroutine cannot be, and removes it. Returns false if the mistake is in the
/// parameters of `main`, of a test or of an engine: the body may have errors that follow from it.
pub(crate) fn check(kind: AttributeKind, function: &mut Function, mistakes: &mut Mistakes) -> bool {
    check_qualifiers(function, mistakes);
    check_attributes(function, mistakes);
    check_body_is_there(function, mistakes);
    let before = mistakes.len();
    match kind {
        AttributeKind::Main => check_entry(&mut function.signature, &MAIN, mistakes),
        // The attribute that makes the tests passes the arguments.
        AttributeKind::Test if cases::are_among(&function.attributes, &function.signature) => {}
        AttributeKind::Test => check_entry(&mut function.signature, &TEST, mistakes),
        AttributeKind::Engine => engine::check_arguments(&mut function.signature, mistakes),
        AttributeKind::Coroutine => {}
    }
    mistakes.len() == before
}

fn check_qualifiers(function: &Function, mistakes: &mut Mistakes) {
    let signature = &function.signature;
    if let Some(keyword) = &signature.constness {
        mistakes.report(
            keyword,
            "a `const fn` cannot be a coroutine: the compiler evaluates it, and cannot wait",
            "remove `const`",
        );
    }
    if let Some(keyword) = &signature.asyncness {
        mistakes.report(
            keyword,
            "an `async fn` cannot also be a coroutine: the attribute makes the future itself",
            "remove `async`; a coroutine may use `.await` too",
        );
    }
    if let Some(abi) = &signature.abi {
        mistakes.report(
            abi,
            "an `extern fn` cannot be a coroutine: the type that it returns exists in Rust only",
            "remove `extern`, and start the coroutine in a separate `extern fn`",
        );
    }
    if let Some(variadic) = &signature.variadic {
        mistakes.report(
            variadic,
            "a coroutine cannot have variadic arguments: they no longer exist when its body runs",
            "take a slice or a `Vec`",
        );
    }
}

fn check_attributes(function: &mut Function, mistakes: &mut Mistakes) {
    function.attributes.retain(|attribute| {
        let path = attribute.path();
        if path.is_ident("track_caller") {
            mistakes.report(
                attribute,
                "`#[track_caller]` has no effect on a coroutine: \
                 its body runs when it is resumed, not when it is called",
                "remove it; an error carries the yields that it has passed through",
            );
        } else if is_ours(path) {
            mistakes.report(attribute, "the function is already a coroutine", "remove this attribute");
        } else {
            return true;
        }
        false
    });
}

/// Whether this is certainly one of our attributes.
fn is_ours(path: &Path) -> bool {
    let (Some(krate), Some(last)) = (path.segments.first(), path.segments.last()) else { return false };
    path.segments.len() == 2
        && matches!(krate.ident.to_string().as_str(), "gen" | "r#gen")
        && matches!(last.ident.to_string().as_str(), "coroutine" | "co" | "engine" | "main" | "test")
}

/// Reports a function that ends after its signature. A declaration with a semicolon is not reported
/// here: it may be a method of a trait, and otherwise rustc reports it.
fn check_body_is_there(function: &Function, mistakes: &mut Mistakes) {
    if let Body::Missing = function.body {
        let name = &function.signature.ident;
        mistakes.report(name, &format!("`{name}` has no body"), "add one: `{ .. }`");
    }
}

/// The messages about a function that is called without arguments.
struct EntryMessages {
    arguments: [&'static str; 2],
    generics: [&'static str; 2],
    unsafety: [&'static str; 2],
}

const MAIN: EntryMessages = EntryMessages {
    arguments: [
        "`main` takes no arguments: nothing passes any to it",
        "read those of the command line from `std::env::args()`",
    ],
    generics: ["`main` cannot be generic: nothing chooses its parameters", "remove the parameters"],
    unsafety: ["`main` cannot be `unsafe`: its caller cannot know what it requires", "remove `unsafe`"],
};

const TEST: EntryMessages = EntryMessages {
    arguments: [
        "a test takes no arguments: nothing passes any to it",
        "make the values in its body; for several cases write `#[rstest]` below this attribute, \
         or one test for each, which calls a common coroutine",
    ],
    generics: ["a test cannot be generic: nothing chooses its parameters", "remove the parameters"],
    unsafety: ["a test cannot be `unsafe`: its caller cannot know what it requires", "remove `unsafe`"],
};

/// Reports and removes what a `main` or a test cannot have.
fn check_entry(signature: &mut Signature, messages: &EntryMessages, mistakes: &mut Mistakes) {
    let mut report = |tokens: &dyn ToTokens, [wrong, help]: [&str; 2]| mistakes.report(tokens, wrong, help);
    if !signature.inputs.is_empty() {
        report(&signature.inputs, messages.arguments);
        signature.inputs.clear();
    }
    if !signature.generics.params.is_empty() {
        report(&signature.generics.params, messages.generics);
        signature.generics = Generics::default();
    }
    if let Safety::Unsafe(keyword) = &signature.safety {
        report(keyword, messages.unsafety);
        signature.safety = Safety::Default;
    }
}
