//! The walk over the tokens of a body: each `yield_!(..)` gets the frame of the context it stands in.
//!
//! ```text
//! yield_!(x)               yield_!(@frame __frame f 31_00017 (Edge) at (f, 31_00017), x)
//! yield_!((a, b))          yield_!(@frame __frame f 31_00017 (Edge) at (f, 31_00017), @tuple [a] [b])
//! async { .. yield_! .. }  async { let __frame = const { Frame::new(0) }; match () { () => { .. yield_! .. } } }
//! ```
//!
//! `f` is the function that returns the site of the coroutine, `__coroutine_site`; the number is the place
//! of the yield; and from `(Edge)` on there are the [edges](Walk::edges) of the expansion.
//!
//! It works on tokens and not on syntax, so that it finds the yields in the arguments of other macros, in
//! `macro_rules!` of the body, and in a body that is still being typed. Tokens without a yield go through
//! untouched, spans of their delimiters included.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::{Expr, PathSegment};

use super::site::{Site, position};
use crate::pipeline::paths::{Paths, SITE_FUNCTION, frame_name, ours};
use crate::pipeline::tokens::{
    AngleBrackets, grouped, is, is_block, is_word, regroup, regroup_at_end, stream,
};

/// How many columns a line may have, for the runtime as for us: `31_00017` is line 31, column 17.
const COLUMNS: u64 = 100_000;

/// How many elements a tuple may have to be converted one by one.
const LONGEST_TUPLE: usize = 12;

/// Walks the body of the function at `site`; whether it yields, so that it needs the frame of the call.
pub(super) fn body(group: Group, site: &Site, paths: &Paths) -> (bool, Group) {
    let walked = Walk { paths, frame: &frame_name(), site: Some(site) }.stream(group.stream());
    let yields = walked.yields;
    (yields, if walked.changed { regroup(&group, walked.tokens()) } else { group })
}

/// Walks a body that the attribute has not seen: see [`unfinished`](crate::pipeline::editor::unfinished).
pub(crate) fn late_body(paths: &Paths, frame: &Ident, tokens: TokenStream) -> TokenStream {
    Walk { paths, frame, site: None }.stream(tokens).tokens()
}

struct Walk<'a> {
    paths: &'a Paths,
    frame: &'a Ident,
    /// Of the function, if it is known.
    site: Option<&'a Site>,
}

/// Some tokens after the walk.
#[derive(Default)]
struct Walked {
    trees: Vec<TokenTree>,
    /// Differs from what was walked.
    changed: bool,
    /// Needs a frame of the context it stands in.
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
    fn declare_frame(&self) -> TokenStream {
        let (name, frame) = (self.frame, self.paths.frame());
        quote_spanned!(ours()=> let #name = const { #frame::new(0) };)
    }

    fn stream(&self, tokens: TokenStream) -> Walked {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        self.trees(&trees)
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

    /// What begins with a word, the first of the `trees`, which have others `before` them. Returns how
    /// many of the `trees` it took.
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
                let start = start_of_path(before, word);
                walked.push(self.argument(word, start, argument));
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

    /// An `async` block or closure is a context of its own. Returns how many trees it took.
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
                    // What stands before the `else` of a `let` must not end in a brace.
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

    /// The frame, and what was there in an arm: temporaries of the last expression are dropped at its end, so before the frame on every edition. (Without it, they
    /// would be dropped after the frame up to edition 2021, and rustc has a lint about that.)
    fn regroup_context(&self, block: &Group, inner: Walked) -> Group {
        let yields = inner.yields;
        let inside = regroup(block, inner.tokens());
        if !yields {
            return inside;
        }
        let mut tokens = self.declare_frame();
        tokens.extend(quote_spanned!(ours()=> match () { () => #inside }));
        regroup(block, tokens)
    }

    /// What stands between the delimiters of a `yield_!`, whose path begins at `start`.
    fn argument(&self, name: &Ident, start: Span, group: &Group) -> Group {
        let trees: Vec<TokenTree> = group.stream().into_iter().collect();
        let inner = self.trees(without_last_comma(without_frame(&trees))).trees;
        // Of a body that came later nobody knew the names.
        let unseen = || Ident::new(SITE_FUNCTION, ours());
        let function = self.site.map_or_else(unseen, |site| site.function.clone());
        let (frame, place) = (self.frame, self.place(name));
        let site = quote_spanned!(ours()=> #function, #place);
        let edges = self.edges(start, site, group.span_close());
        let mut tokens = quote_spanned!(ours()=> @frame #frame #function #place #edges,);
        match elements_of_tuple(&inner) {
            Some(elements) => tokens.extend(quote_spanned!(ours()=> @tuple #([#elements])*)),
            None => tokens.extend(inner),
        }
        regroup_at_end(group, tokens)
    }

    /// The first tree and the last two trees of the expansion of a `yield_!`: those of
    /// `(Edge).arrived(..).at(site)`.
    ///
    /// For rustc an expression reaches from its first token to its last. Here both have places in the
    /// user's source, so rustc takes the expression for the `yield_!` that is written there. If it
    /// advises a change, such as a `?` behind the expression, then it shows the change there too, and
    /// not in the source of the macro.
    ///
    /// At `start` the span is empty. An editor looks up which tokens cover the cursor, and must find only
    /// those that the user wrote.
    fn edges(&self, start: Span, site: TokenStream, end: Span) -> TokenStream {
        let edge = grouped(Delimiter::Parenthesis, start, self.paths.edge().into_token_stream());
        // rust-analyzer reports a wrong type at the name of the last method.
        let at = Ident::new("at", start);
        // Clippy compares the last argument with the source, unless the argument comes from a macro.
        let site = grouped(Delimiter::Parenthesis, end, site);
        quote_spanned!(ours()=> #edge #at #site)
    }

    /// Line and column of a yield, in one number. One that a macro of another file has brought in is taken to be where the function is: that file is the one that is named.
    fn place(&self, name: &Ident) -> Literal {
        let (file, line, column) = position(name.span());
        let (line, column) = match self.site {
            Some(site) if site.file != file => (site.line, site.column),
            _ => (line, column),
        };
        Literal::u64_unsuffixed(u64::from(line) * COLUMNS + u64::from(column).min(COLUMNS - 1))
    }
}

/// Whether they are the arguments of what stands before them: `name(..)` or `name!(..)`, where the name is no keyword.
///
/// These are made anew at their end. rustc has no use for where they open; an editor looks up there what is called, and must not find it from each parenthesis
/// within them.
fn opens_arguments(before: &[TokenTree], group: &Group) -> bool {
    let called = match before {
        [.., name, bang] if is(bang, '!') => name,
        [.., name] => name,
        [] => return false,
    };
    group.delimiter() == Delimiter::Parenthesis && syn::parse2::<Ident>(called.clone().into()).is_ok()
}

/// An empty span at the start of the path that ends in `name` and has the trees `before` in front.
fn start_of_path(before: &[TokenTree], name: &Ident) -> Span {
    let (mut before, mut first) = (before, name.span());
    while let [rest @ .., one, two] = before
        && is(one, ':')
        && is(two, ':')
    {
        (before, first) = match rest {
            [rest @ .., TokenTree::Ident(word)] if is_segment(word) => (rest, word.span()),
            // Such as the `return` before `::gen::yield_!(..)`.
            _ => ([].as_slice(), one.span()),
        };
    }
    // Outside of a compiler, in unit tests, a span has no start.
    if proc_macro::is_available() { first.unwrap().start().into() } else { first }
}

/// Whether a word can be a segment of a path, as any name, `crate`, `self` and `super` can.
fn is_segment(word: &Ident) -> bool {
    syn::parse2::<PathSegment>(word.into_token_stream()).is_ok()
}

/// Whether a `fn` with this after it is a function, not the type of a pointer to one.
fn names_an_item(after_fn: &TokenTree) -> bool {
    // `fn name`, or `fn $name` in a `macro_rules!` of the body.
    matches!(after_fn, TokenTree::Ident(_)) || is(after_fn, '$')
}

/// How many trees a nested function takes. Its yields are none of ours: it has an attribute of its own, or
/// `yield_!` itself says what is wrong.
fn length_of_item(trees: &[TokenTree]) -> usize {
    let mut brackets = AngleBrackets::default();
    let ends = |tree: &TokenTree| {
        let ends = is(tree, ';') || (brackets.are_closed() && is_block(tree));
        brackets.pass(tree);
        ends
    };
    trees.iter().position(ends).map_or(trees.len(), |last| last + 1)
}

/// Where the body of an `async` closure starts, whose parameters start at `head`.
fn start_of_closure_body(trees: &[TokenTree], head: usize) -> Option<usize> {
    let end = head + 1 + trees.get(head + 1..)?.iter().position(|tree| is(tree, '|'))?;
    let after = trees.get(end + 1..)?;
    match after {
        [] => None,
        [minus, greater, ..] if is(minus, '-') && is(greater, '>') => {
            Some(end + 1 + after.iter().position(is_block)?)
        }
        _ => Some(end + 1),
    }
}

/// How many commas an expression may have, outside of its groups: those between the arguments of generics.
const MOST_COMMAS: usize = 63;

/// How many of the trees the expression takes that they begin with.
///
/// To parse costs as much as there is behind the expression too, and a list or a body may have thousands. So it is tried with what stands before
/// the first comma, and only if that is no expression, before the second, the fourth ..
fn length_of_expression(trees: &[TokenTree]) -> Option<usize> {
    let end = trees.iter().position(|tree| is(tree, ';')).unwrap_or(trees.len());
    let commas = (0..end).filter(|position| is(&trees[*position], ','));
    let mut ends: Vec<usize> = commas.take(MOST_COMMAS + 1).collect();
    if ends.len() <= MOST_COMMAS {
        ends.push(end);
    }
    let (mut tried, last) = (0, ends.len() - 1);
    loop {
        let length = parsed_length(&trees[..ends[tried]]);
        if length.is_some() || tried == last {
            return length;
        }
        tried = last.min(2 * tried + 1);
    }
}

/// How many of the trees the parser takes for an expression. A `let` is one only in the condition of an `if`.
fn parsed_length(trees: &[TokenTree]) -> Option<usize> {
    let measure = |input: ParseStream<'_>| {
        if let Expr::Let(condition) = input.parse::<Expr>()? {
            return Err(syn::Error::new_spanned(condition.let_token, "expected an expression"));
        }
        Ok(input.parse::<TokenStream>()?.into_iter().count())
    };
    let rest = measure.parse2(stream(trees)).ok()?;
    trees.len().checked_sub(rest)
}

/// How many of the trees the first element of a tuple takes: an expression, up to a comma or to the end.
///
/// What is none is being typed, as in `(a, client.)` or `(a, get(client.))`, and reaches up to the next comma. An editor asks with a word where the cursor is and
/// without. Both must become the same, or it completes nothing.
fn length_of_element(trees: &[TokenTree]) -> Option<usize> {
    let comma = |tree: &TokenTree| is(tree, ',');
    let whole = |length: &usize| trees.get(*length).is_none_or(comma);
    let unfinished = || trees.iter().position(comma).unwrap_or(trees.len());
    let length = length_of_expression(trees).filter(whole).unwrap_or_else(unfinished);
    (length > 0).then_some(length)
}

/// The trees without the `@frame ..,` that the walk of a function around this one may have put there.
fn without_frame(trees: &[TokenTree]) -> &[TokenTree] {
    match trees {
        [
            TokenTree::Punct(at),
            TokenTree::Ident(word),
            TokenTree::Ident(_frame),
            TokenTree::Ident(_function),
            TokenTree::Literal(_place),
            TokenTree::Group(_edge),
            TokenTree::Ident(_at),
            TokenTree::Group(_site),
            TokenTree::Punct(_comma),
            rest @ ..,
        ] if at.as_char() == '@' && word == "frame" => rest,
        _ => trees,
    }
}

/// The trees without a comma at their end, which macros allow, and which would make a tuple of them.
fn without_last_comma(trees: &[TokenTree]) -> &[TokenTree] {
    match trees {
        [before @ .., last] if is(last, ',') => before,
        _ => trees,
    }
}

/// The elements, if the trees are one literal tuple that is not too long. Each keeps its own tokens.
fn elements_of_tuple(trees: &[TokenTree]) -> Option<Vec<TokenStream>> {
    let [TokenTree::Group(group)] = trees else { return None };
    let trees: Vec<TokenTree> = group.stream().into_iter().collect();
    match group.delimiter() {
        Delimiter::None => return elements_of_tuple(&trees),
        Delimiter::Parenthesis => {}
        Delimiter::Brace | Delimiter::Bracket => return None,
    }
    let mut rest = trees.as_slice();
    let mut elements = Vec::new();
    let mut comma = false;
    while !rest.is_empty() {
        let (element, after) = rest.split_at_checked(length_of_element(rest)?)?;
        elements.push(stream(element));
        (comma, rest) = after.split_first().map_or((false, after), |(_, after)| (true, after));
    }
    let tuple = elements.len() > 1 || comma;
    (tuple && elements.len() <= LONGEST_TUPLE).then_some(elements)
}
