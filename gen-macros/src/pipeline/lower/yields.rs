//! The arguments that a `yield_!` gets, beside its operand.
//!
//! ```text
//! // from
//! yield_!(x)
//! yield_!((a, b))
//! // into
//! yield_!(@frame __frame f 31_00017 (Edge) at (f, 31_00017), x)
//! yield_!(@frame __frame f 31_00017 (Edge) at (f, 31_00017), @tuple [a] [b])
//! ```
//!
//! `f` is the function that returns the site of the coroutine, `__coroutine_site`. The number is
//! the place of the yield. The trees from `(Edge)` on are the [edges](YieldArguments::edges) of the
//! expansion.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::PathSegment;

use super::extent::elements_of_tuple;
use super::place::{Place, start_of};
use super::site::Site;
use crate::pipeline::paths::{Paths, SITE_FUNCTION, ours};
use crate::pipeline::tokens::{grouped, is, regroup_at_end};

/// Makes the arguments of the yields in one body.
pub(super) struct YieldArguments<'a> {
    pub(super) paths: &'a Paths,
    /// The name of the frame.
    pub(super) frame: &'a Ident,
    /// The site of the function, if it is known.
    pub(super) site: Option<&'a Site>,
}

impl YieldArguments<'_> {
    /// The arguments in place of `group`, for a yield with this operand. The path of the `yield_!`
    /// ends in `name` and begins at `start`.
    pub(super) fn group(&self, name: &Ident, start: Span, group: &Group, operand: Vec<TokenTree>) -> Group {
        // The names in a body that the attribute has not seen are not known.
        let unseen = || Ident::new(SITE_FUNCTION, ours());
        let function = self.site.map_or_else(unseen, |site| site.function.clone());
        let (frame, place) = (self.frame, self.place(name));
        let site = quote_spanned!(ours()=> #function, #place);
        let edges = self.edges(start, site, group.span_close());
        let mut tokens = quote_spanned!(ours()=> @frame #frame #function #place #edges,);
        match elements_of_tuple(&operand) {
            Some(elements) => tokens.extend(quote_spanned!(ours()=> @tuple #([#elements])*)),
            None => tokens.extend(operand),
        }
        regroup_at_end(group, tokens)
    }

    /// The first tree and the last two trees of the expansion of a `yield_!`. They are those of
    /// `(Edge).arrived(..).at(site)`.
    ///
    /// For rustc, an expression reaches from its first token to its last. Here both have places in
    /// the user's source, so rustc takes the expression for the `yield_!` that is written there. A
    /// suggestion, such as a `?` after the expression, is then shown there too, and not in the
    /// source of the macro.
    ///
    /// At `start` the span is empty. An editor looks up which tokens cover the cursor, and must
    /// find only those that the user wrote.
    fn edges(&self, start: Span, site: TokenStream, end: Span) -> TokenStream {
        let edge = grouped(Delimiter::Parenthesis, start, self.paths.edge().into_token_stream());
        // rust-analyzer reports a wrong type at the name of the last method.
        let at = Ident::new("at", start);
        // Clippy compares the last argument with the source, unless the argument comes from a
        // macro.
        let site = grouped(Delimiter::Parenthesis, end, site);
        quote_spanned!(ours()=> #edge #at #site)
    }

    /// Line and column of a yield, in one number. A yield that comes from a macro in another file
    /// gets the place of the function, since the site names the file of the function.
    fn place(&self, name: &Ident) -> TokenStream {
        Place::of(name.span()).in_function(self.site.map(|site| &site.place), self.paths)
    }
}

/// The operand among the trees between the delimiters of a `yield_!`.
pub(super) fn operand(trees: &[TokenTree]) -> &[TokenTree] {
    without_last_comma(without_frame(trees))
}

/// The trees without an `@frame ..,`, which the walk of a function around this one may have added.
fn without_frame(trees: &[TokenTree]) -> &[TokenTree] {
    match trees {
        [
            TokenTree::Punct(at),
            TokenTree::Ident(word),
            TokenTree::Ident(_frame),
            TokenTree::Ident(_function),
            _place,
            TokenTree::Group(_edge),
            TokenTree::Ident(_at),
            TokenTree::Group(_site),
            TokenTree::Punct(_comma),
            rest @ ..,
        ] if at.as_char() == '@' && word == "frame" => rest,
        _ => trees,
    }
}

/// The trees without a comma at their end. Macros allow it, but it would make a tuple of the trees.
fn without_last_comma(trees: &[TokenTree]) -> &[TokenTree] {
    match trees {
        [before @ .., last] if is(last, ',') => before,
        _ => trees,
    }
}

/// An empty span at the start of the path that ends in `name`. `before` are the trees in front of
/// `name`.
pub(super) fn start_of_path(before: &[TokenTree], name: &Ident) -> Span {
    let (mut before, mut first) = (before, name.span());
    while let [rest @ .., one, two] = before {
        if !is(one, ':') || !is(two, ':') {
            break;
        }
        (before, first) = match rest {
            [rest @ .., TokenTree::Ident(word)] if is_segment(word) => (rest, word.span()),
            // For example the `return` before `::gen::yield_!(..)`.
            _ => ([].as_slice(), one.span()),
        };
    }
    start_of(first)
}

/// Whether a word can be a segment of a path. Any name can, and `crate`, `self` and `super`.
fn is_segment(word: &Ident) -> bool {
    syn::parse2::<PathSegment>(word.into_token_stream()).is_ok()
}
