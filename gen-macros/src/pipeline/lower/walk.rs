//! The walk over the tokens of a body. It gives each `yield_!(..)` the frame of the context in
//! which it stands.
//!
//! ```text
//! // from
//! yield_!(x)
//! async { .. yield_!(x) .. }
//! // into
//! yield_!(@frame __frame .., x)
//! async {
//!     let __frame = const { Frame::new(0) };
//!     match () { () => { .. yield_!(@frame __frame .., x) .. } }
//! }
//! ```
//!
//! It works on tokens and not on syntax. So it finds the yields in the arguments of other macros,
//! in a `macro_rules!` of the body, and in a body that is still being typed. Tokens without a yield
//! are emitted unchanged, with the spans of their delimiters.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote_spanned;

use super::extent::{length_of_expression, length_of_item, names_an_item, start_of_closure_body};
use super::site::Site;
use super::yields::{YieldArguments, operand, start_of_path};
use crate::pipeline::paths::{Paths, frame_name, ours};
use crate::pipeline::tokens::{grouped, is, is_word, regroup, regroup_at_end, trees};

/// Walks the body of the function at `site`. Returns whether the body yields, so that it needs the
/// frame of the call.
pub(super) fn body(group: Group, site: &Site, paths: &Paths) -> (bool, Group) {
    let arguments = YieldArguments { paths, frame: &frame_name(), site: Some(site) };
    let walked = Walk { arguments }.stream(group.stream());
    let yields = walked.yields;
    (yields, if walked.changed { regroup(&group, walked.tokens()) } else { group })
}

/// Walks a body that the attribute has not seen: see
/// [`unfinished`](crate::pipeline::editor::unfinished).
pub(crate) fn late_body(paths: &Paths, frame: &Ident, tokens: TokenStream) -> TokenStream {
    let arguments = YieldArguments { paths, frame, site: None };
    Walk { arguments }.stream(tokens).tokens()
}

/// The walk over one body.
struct Walk<'a> {
    arguments: YieldArguments<'a>,
}

/// The result of a walk.
#[derive(Default)]
struct Walked {
    trees: Vec<TokenTree>,
    /// Whether the trees differ from the ones before the walk.
    changed: bool,
    /// Whether there are yields that need the frame of the context.
    yields: bool,
}

impl Walked {
    fn tokens(self) -> TokenStream {
        self.trees.into_iter().collect()
    }

    fn keep(&mut self, trees: &[TokenTree]) {
        self.trees.extend_from_slice(trees);
    }

    fn push(&mut self, tree: impl Into<TokenTree>) {
        self.trees.push(tree.into());
    }
}

impl Walk<'_> {
    fn stream(&self, tokens: TokenStream) -> Walked {
        self.trees(&trees(tokens))
    }

    fn trees(&self, all: &[TokenTree]) -> Walked {
        let (mut rest, mut walked) = (all, Walked::default());
        while let [first, after @ ..] = rest {
            rest = match first {
                TokenTree::Ident(word) => {
                    let length = self.word(word, all.split_at(all.len() - rest.len()), &mut walked);
                    &rest[length..]
                }
                TokenTree::Group(group) => {
                    self.group(group, &all[..all.len() - rest.len()], &mut walked);
                    after
                }
                other => {
                    walked.push(other.clone());
                    after
                }
            };
        }
        walked
    }

    /// Walks the tokens that begin with `word`, which is the first of the `trees`. `before` are the
    /// trees in front of it. Returns how many of the `trees` were walked.
    fn word(
        &self,
        word: &Ident,
        (before, trees): (&[TokenTree], &[TokenTree]),
        walked: &mut Walked,
    ) -> usize {
        match (word.to_string().as_str(), &trees[1..]) {
            ("yield_", [TokenTree::Punct(bang), TokenTree::Group(argument), ..])
                if bang.as_char() == '!' && argument.delimiter() != Delimiter::None =>
            {
                walked.keep(&trees[..2]);
                walked.push(self.yielded(word, before, argument));
                (walked.changed, walked.yields) = (true, true);
                3
            }
            ("fn", [name, ..]) if names_an_item(name) => {
                let length = length_of_item(trees);
                walked.keep(&trees[..length]);
                length
            }
            ("async", _) => self.async_context(trees, walked),
            _ => {
                walked.keep(&trees[..1]);
                1
            }
        }
    }

    /// Walks the operand of a `yield_!`. Returns its new arguments.
    fn yielded(&self, name: &Ident, before: &[TokenTree], group: &Group) -> Group {
        let operand = self.trees(operand(&trees(group.stream()))).trees;
        self.arguments.group(name, start_of_path(before, name), group, operand)
    }

    fn group(&self, group: &Group, before: &[TokenTree], walked: &mut Walked) {
        let inner = self.stream(group.stream());
        walked.changed |= inner.changed;
        walked.yields |= inner.yields;
        walked.push(match inner.changed {
            false => group.clone(),
            true if opens_arguments(before, group) => regroup_at_end(group, inner.tokens()),
            true => regroup(group, inner.tokens()),
        });
    }

    /// Walks an `async` block or closure, which is a context of its own. Returns how many of the
    /// `trees` were walked.
    fn async_context(&self, trees: &[TokenTree], walked: &mut Walked) -> usize {
        let moves = trees.get(1).is_some_and(|tree| is_word(tree, "move"));
        let head = 1 + usize::from(moves);
        let start = match trees.get(head) {
            Some(TokenTree::Group(_)) => Some(head),
            Some(bar) if is(bar, '|') => start_of_closure_body(trees, head),
            _ => None,
        };
        let Some(start) = start else {
            walked.keep(&trees[..1]);
            return 1;
        };
        walked.keep(&trees[..start]);
        let body = &trees[start..];
        match body {
            [TokenTree::Group(block), ..] if block.delimiter() == Delimiter::Brace => {
                let inner = self.stream(block.stream());
                walked.changed |= inner.changed;
                walked.push(if inner.changed { self.regroup_context(block, inner) } else { block.clone() });
                start + 1
            }
            _ => {
                let length = length_of_expression(body).unwrap_or(0);
                let inner = self.trees(&body[..length]);
                walked.changed |= inner.changed;
                if inner.yields {
                    let block = Group::new(Delimiter::Brace, TokenStream::new());
                    let context = self.regroup_context(&block, inner);
                    // An expression before the `else` of a `let` must not end in a brace.
                    walked.push(match body.get(length) {
                        Some(after) if is_word(after, "else") => {
                            grouped(Delimiter::Parenthesis, ours(), TokenTree::from(context).into())
                        }
                        _ => context,
                    });
                } else {
                    walked.trees.extend(inner.trees);
                }
                start + length
            }
        }
    }

    /// Declares the frame, and puts the block into an arm of a `match`. The temporaries of its last
    /// expression are dropped at the end of the arm, and so before the frame, in every edition.
    /// (Without the arm they would be dropped after the frame up to edition 2021, and rustc has a
    /// lint about that.)
    fn regroup_context(&self, block: &Group, inner: Walked) -> Group {
        let yields = inner.yields;
        let inside = regroup(block, inner.tokens());
        if !yields {
            return inside;
        }
        let (name, frame) = (self.arguments.frame, self.arguments.paths.frame());
        let tokens = quote_spanned! {ours()=>
            let #name = const { #frame::new(0) };
            match () { () => #inside }
        };
        regroup(block, tokens)
    }
}

/// Whether a group holds the arguments of a call `name(..)` or `name!(..)`. A keyword is not a
/// name.
///
/// Such a group is rebuilt with the span of its end. rustc does not need the span of the opening
/// parenthesis. An editor looks up there which function is called, and must not find it from each
/// parenthesis in the group.
fn opens_arguments(before: &[TokenTree], group: &Group) -> bool {
    let called = match before {
        [.., name, bang] if is(bang, '!') => name,
        [.., name] => name,
        [] => return false,
    };
    group.delimiter() == Delimiter::Parenthesis && syn::parse2::<Ident>(called.clone().into()).is_ok()
}
