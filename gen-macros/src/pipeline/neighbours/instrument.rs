//! `#[tracing::instrument]`: the span is entered and left around each poll of the body, as with an
//! `async fn`.
//!
//! The attribute must see the function and not the coroutine, so if it stands below ours, it is put
//! above. If it stands above ours, it has taken the function for one that is not `async`, and the
//! tokens that it has emitted are rewritten:
//!
//! ```text
//! // from                           // into
//! let span; let guard;              let span;
//! if enabled {                      match () {
//!     span = S;                         () if enabled => { span = S; }
//!     guard = span.enter();             _ => span = Span::none()
//! }                                 }
//! body                              let polled = async move { body };
//!                                   return Instrument::instrument(polled, span).await;
//!
//! // with `err`, `ret`
//! match (move || body)() {          match (async move { body }).await {
//!     Ok(x) => { event; Ok(x) }         Ok(x) => { event; Ok(x) }
//!     Err(e) => { event; Err(e) }       Err(e) => { event; Err(e) }
//! }                                 }
//! ```
//!
//! The left side has names that are private to `tracing-attributes`. If these names are there but
//! the rest is not as expected, that is reported as a mistake: a span that is silently wrong would
//! be worse.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use super::ends_in;
use crate::pipeline::mistakes::Mistakes;
use crate::pipeline::options::AttributeKind;
use crate::pipeline::parse::{Body, Function};
use crate::pipeline::paths::{Paths, ours};
use crate::pipeline::scan::{BodyScan, SPAN};
use crate::pipeline::tokens::{is, is_block, is_word, stream, trees};

/// The name that the attribute gives to the guard that leaves the span.
const GUARD: &str = "__tracing_attr_guard";

/// How the tokens that the attribute emits begin.
const START: &[&str] = &["let", SPAN, ";", "let", GUARD, ";", "if"];

/// The code that the attribute has put around a body.
pub(crate) struct Instrumentation {
    /// The statements that declare the span and make it.
    make: TokenStream,
    span: Ident,
    /// The tokens before and after the body, if it is part of a larger expression, as with `err`
    /// and `ret`.
    around: Option<(TokenStream, TokenStream)>,
}

/// If the attribute stands below ours: the function with the attribute above ours.
pub(crate) fn put_above(
    kind: AttributeKind,
    options: &TokenStream,
    function: &Function,
    paths: &Paths,
) -> Option<TokenStream> {
    let instrument = function.attributes.iter().position(|other| ends_in(other.path(), &["instrument"]))?;
    let Function { attributes, visibility, defaultness, signature, body } = function;
    let (first, ours_again) = (&attributes[instrument], paths.attribute(kind));
    let others = attributes.iter().enumerate().filter(|(position, _)| *position != instrument);
    let others = others.map(|(_, other)| other);
    Some(quote_spanned! {ours()=>
        #first #[#ours_again(#options)] #(#others)* #visibility #defaultness #signature #body
    })
}

/// If the attribute stood above ours: takes out of the body what the attribute has put around it.
pub(crate) fn take(function: &mut Function) -> Option<Instrumentation> {
    let Body::Block(block) = &function.body else { return None };
    let (instrumentation, body) = take_apart(&trees(block.stream()))?;
    function.body = Body::Block(body);
    Some(instrumentation)
}

/// Reports the attribute if something of it is left in the body, and returns whether that is so.
pub(crate) fn check(function: &Function, scan: &BodyScan, mistakes: &mut Mistakes) -> bool {
    if scan.instrumented {
        mistakes.report(
            &function.signature.ident,
            "`#[gen::coroutine]` does not know the code that this version of \
             `#[tracing::instrument]` generates",
            "remove that attribute, and yield the coroutine in a span: \
             `yield_!(tracing::Instrument::instrument(f(), tracing::info_span!(\"f\")))`",
        );
    }
    scan.instrumented
}

impl Instrumentation {
    /// The statements of the machine's body: `body`, a future, within the span.
    pub(crate) fn instrument(&self, body: TokenStream) -> TokenStream {
        let Instrumentation { make, span, around } = self;
        let body = match around {
            Some((before, after)) => quote!(async move { #before (#body).await #after }),
            None => body,
        };
        quote_spanned!(ours()=> #make return ::tracing::Instrument::instrument(#body, #span).await;)
    }
}

/// Finds what the attribute emitted among the trees, or in the block at their end. Returns it and
/// the user's body.
fn take_apart(outer: &[TokenTree]) -> Option<(Instrumentation, Group)> {
    if let Some(start) = position_of(outer, START) {
        return take_apart_at(outer, start);
    }
    let (TokenTree::Group(block), before) = outer.split_last()? else { return None };
    let inner = trees(block.stream());
    let (mut instrumentation, body) = take_apart_at(&inner, position_of(&inner, START)?)?;
    let mut make = stream(without_attribute(before));
    make.extend(instrumentation.make);
    instrumentation.make = make;
    Some((instrumentation, body))
}

/// As [`take_apart`], where the attribute's tokens begin at `start`.
fn take_apart_at(all: &[TokenTree], start: usize) -> Option<(Instrumentation, Group)> {
    let (before, declared) = all.split_at(start);
    let TokenTree::Ident(span) = &declared[1] else { return None };
    let rest = &declared[START.len() - 1..];
    let (condition, rest) = rest.split_at(rest.iter().position(is_block)?);
    let (TokenTree::Group(enabled), rest) = rest.split_first()? else { return None };
    let (before, condition, enter) = (stream(before), stream(condition), without_guard(enabled)?);
    let (around, body) = body_among(rest)?;
    // Not an `if`: clippy would find that it could be the initializer of the `let`.
    let make = quote! {
        #before let #span;
        match () { () #condition => { #enter } _ => #span = ::tracing::Span::none() }
    };
    Some((Instrumentation { make, span: span.clone(), around }, body))
}

/// The trees without an attribute at their end, which belongs to the block that held the guard.
fn without_attribute(trees: &[TokenTree]) -> &[TokenTree] {
    match trees {
        [before @ .., pound, TokenTree::Group(_)] if is(pound, '#') => before,
        _ => trees,
    }
}

/// The statements that make the span, without the one that enters it.
fn without_guard(enabled: &Group) -> Option<TokenStream> {
    let mut made = trees(enabled.stream());
    let start = position_of(&made, &[GUARD, "="])?;
    let end = start + made[start..].iter().position(|tree| is(tree, ';'))?;
    made.drain(start..=end);
    Some(stream(&made))
}

type Around = Option<(TokenStream, TokenStream)>;

/// Finds the user's body, which is called as a closure or stands at the end, and what is around the
/// call.
fn body_among(rest: &[TokenTree]) -> Option<(Around, Group)> {
    for (position, pair) in rest.windows(2).enumerate() {
        if let Some(body) = called_body(pair) {
            let around = (stream(&rest[..position]), stream(&rest[position + 2..]));
            return Some((Some(around), body));
        }
    }
    let (TokenTree::Group(body), _attributes) = rest.split_last()? else { return None };
    (body.delimiter() == Delimiter::Brace).then(|| (None, body.clone()))
}

/// The `{ body }` of a `(move || { body })()`.
fn called_body(pair: &[TokenTree]) -> Option<Group> {
    let [TokenTree::Group(closure), TokenTree::Group(call)] = pair else { return None };
    let closure = trees(closure.stream());
    let [move_, left, right, TokenTree::Group(body)] = closure.as_slice() else { return None };
    let is_closure = is_word(move_, "move") && is(left, '|') && is(right, '|');
    (is_closure && call.stream().is_empty()).then(|| body.clone())
}

/// The position of these words and punctuation among the trees.
fn position_of(trees: &[TokenTree], words: &[&str]) -> Option<usize> {
    let is_here = |(tree, word): (&TokenTree, &&str)| match word.as_bytes() {
        [char] => is(tree, char::from(*char)),
        _ => is_word(tree, word),
    };
    trees.windows(words.len()).position(|window| window.iter().zip(words).all(is_here))
}
