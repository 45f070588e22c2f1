//! How far the parts of a body reach in its tokens: nested functions, closures, expressions and
//! tuples.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::Expr;
use syn::parse::{ParseStream, Parser};

use crate::pipeline::tokens::{AngleBrackets, is, is_block, stream, trees};

/// The greatest number of elements of a tuple whose elements are converted one by one.
const LONGEST_TUPLE: usize = 12;

/// Whether a `fn` followed by this tree is a function, and not the type of a function pointer.
pub(super) fn names_an_item(after_fn: &TokenTree) -> bool {
    // This is `fn name`, or `fn $name` in a `macro_rules!` of the body.
    matches!(after_fn, TokenTree::Ident(_)) || is(after_fn, '$')
}

/// The number of trees in a nested function, with which the trees begin. Its yields do not get a
/// frame here: it has an attribute of its own, or the expansion of `yield_!` reports the mistake.
pub(super) fn length_of_item(trees: &[TokenTree]) -> usize {
    let mut brackets = AngleBrackets::default();
    let ends = |tree: &TokenTree| {
        let ends = is(tree, ';') || (brackets.are_closed() && is_block(tree));
        brackets.pass(tree);
        ends
    };
    trees.iter().position(ends).map_or(trees.len(), |last| last + 1)
}

/// The position of the body of an `async` closure whose parameters begin at `head`.
pub(super) fn start_of_closure_body(trees: &[TokenTree], head: usize) -> Option<usize> {
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

/// The greatest number of commas that an expression may have outside of its groups. Such commas
/// stand between the arguments of generics.
const MOST_COMMAS: usize = 63;

/// The number of trees in the expression with which the trees begin.
///
/// The parser copies all trees that it gets, also those after the expression, and a list or a body
/// may have thousands. So it gets the trees before the first comma. Only if they are not an
/// expression, it gets those before the second comma, the fourth, and so on.
pub(super) fn length_of_expression(trees: &[TokenTree]) -> Option<usize> {
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

/// The number of trees that the parser takes for an expression. A `let` is not taken for one: it is
/// an expression only in the condition of an `if`.
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

/// The number of trees in the first element of a tuple. It is an expression, up to a comma or to
/// the end.
///
/// Other trees are still being typed, as in `(a, client.)` or `(a, get(client.))`. They reach to
/// the next comma. An editor expands the body with a word at the cursor and without one; if the
/// results differ elsewhere, it completes nothing.
fn length_of_element(trees: &[TokenTree]) -> Option<usize> {
    let comma = |tree: &TokenTree| is(tree, ',');
    let whole = |length: &usize| trees.get(*length).is_none_or(comma);
    let unfinished = || trees.iter().position(comma).unwrap_or(trees.len());
    let length = length_of_expression(trees).filter(whole).unwrap_or_else(unfinished);
    (length > 0).then_some(length)
}

/// The elements, if the trees are one literal tuple that is not too long. Each element keeps its
/// tokens.
pub(super) fn elements_of_tuple(tokens: &[TokenTree]) -> Option<Vec<TokenStream>> {
    let [TokenTree::Group(group)] = tokens else { return None };
    let trees = trees(group.stream());
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
