//! Paths and `use` items in the tokens of an item, whether they are code or the body of a macro.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::ItemUse;

pub(crate) enum Found {
    Use(ItemUse),
    Path(Vec<String>, usize),
}

/// Everything in `tokens` but what is compiled for tests only; `$crate` counts as `crate`.
pub(crate) fn scan(tokens: TokenStream) -> Vec<Found> {
    let mut found = Vec::new();
    scan_into(&mut found, &without_dollars(tokens));
    found
}

/// Whether an item begins with `#[cfg(..)]` that requires `test`, `loom` or `doctest`.
pub(crate) fn is_test_only(item: TokenStream) -> bool {
    leading_attributes(item).any(|(name, arguments)| name == "cfg" && arguments.is_some_and(requires_test))
}

/// Whether an item begins with the attribute `name`.
pub(crate) fn has_attribute(item: TokenStream, name: &str) -> bool {
    leading_attributes(item).any(|(other, _)| other == name)
}

fn leading_attributes(item: TokenStream) -> impl Iterator<Item = (String, Option<TokenStream>)> {
    let tokens: Vec<_> = item.into_iter().collect();
    let count = tokens.chunks(2).take_while(|pair| is_punct(pair, 0, '#')).count();
    (0..count).filter_map(move |index| attribute(tokens.get(2 * index + 1)?))
}

/// The name and the arguments of `[name(arguments)]`.
fn attribute(brackets: &TokenTree) -> Option<(String, Option<TokenStream>)> {
    let TokenTree::Group(group) = brackets else { return None };
    let mut tokens = group.stream().into_iter();
    let name = tokens.next()?.to_string();
    let arguments = match tokens.next() {
        Some(TokenTree::Group(group)) => Some(group.stream()),
        _ => None,
    };
    Some((name, arguments))
}

/// Whether a condition is `test`, `loom`, `doctest`, or `all(..)` with one of them.
fn requires_test(condition: TokenStream) -> bool {
    let tokens: Vec<_> = condition.into_iter().collect();
    match &tokens[..] {
        [TokenTree::Ident(name)] => ["test", "loom", "doctest"].iter().any(|other| name == other),
        [TokenTree::Ident(name), TokenTree::Group(conditions)] if name == "all" => {
            let conditions: Vec<_> = conditions.stream().into_iter().collect();
            conditions
                .split(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','))
                .any(|condition| requires_test(condition.iter().cloned().collect()))
        }
        _ => false,
    }
}

fn scan_into(found: &mut Vec<Found>, tokens: &[TokenTree]) {
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at = match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => after_attribute(found, tokens, at),
            TokenTree::Ident(ident) if ident == "use" => after_use(found, tokens, at),
            TokenTree::Ident(_) => after_path(found, tokens, at),
            TokenTree::Group(group) => {
                scan_into(found, &group.stream().into_iter().collect::<Vec<_>>());
                at + 1
            }
            _ => at + 1,
        };
    }
}

/// Skips what the attribute is on, if that is compiled for tests only.
fn after_attribute(found: &mut Vec<Found>, tokens: &[TokenTree], at: usize) -> usize {
    let rest = || tokens[at..].iter().cloned().collect();
    if is_test_only(rest()) {
        let is_end = |token: &TokenTree| match token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            token => matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';'),
        };
        let length = tokens[at..].iter().position(is_end);
        return length.map_or(tokens.len(), |length| at + length + 1);
    }
    let inside = tokens.get(at + 1).map(std::slice::from_ref).unwrap_or_default();
    scan_into(found, inside);
    at + 2
}

fn after_use(found: &mut Vec<Found>, tokens: &[TokenTree], at: usize) -> usize {
    let end = (at..tokens.len()).find(|&at| is_punct(tokens, at, ';')).map_or(tokens.len(), |at| at + 1);
    match syn::parse2(tokens[at..end].iter().cloned().collect()) {
        Ok(item) => {
            found.push(Found::Use(item));
            end
        }
        // The captures of an `impl Trait + use<..>`.
        Err(_) => at + 1,
    }
}

fn after_path(found: &mut Vec<Found>, tokens: &[TokenTree], start: usize) -> usize {
    let (mut path, mut at) = (Vec::new(), start);
    while let Some(TokenTree::Ident(ident)) = tokens.get(at) {
        path.push(ident.to_string());
        at += 1;
        if !is_separator(tokens, at) {
            break;
        }
        at += 2;
    }
    if begins_path(tokens, start) {
        found.push(Found::Path(path, tokens[start].span().start().line));
    }
    at
}

/// Whether the word is not a variable of a macro, a lifetime, a field, a method, or what follows
/// the type in `<T>::name`.
fn begins_path(tokens: &[TokenTree], at: usize) -> bool {
    let before = |distance, char| at >= distance && is_punct(tokens, at - distance, char);
    let is_member = before(1, '.') && !before(2, '.');
    let is_rest = before(1, ':') && before(2, ':');
    !(before(1, '$') || before(1, '\'') || is_member || is_rest)
}

fn is_separator(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens, at, ':') && is_punct(tokens, at + 1, ':')
}

fn is_punct(tokens: &[TokenTree], at: usize, char: char) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}

fn without_dollars(tokens: TokenStream) -> Vec<TokenTree> {
    let tokens: Vec<_> = tokens.into_iter().map(inside_without_dollars).collect();
    let is_dollar = |at| {
        let next = tokens.get(at + 1);
        is_punct(&tokens, at, '$') && matches!(next, Some(TokenTree::Ident(next)) if next == "crate")
    };
    (0..tokens.len()).filter(|&at| !is_dollar(at)).map(|at| tokens[at].clone()).collect()
}

fn inside_without_dollars(token: TokenTree) -> TokenTree {
    let TokenTree::Group(old) = token else { return token };
    let mut group = Group::new(old.delimiter(), without_dollars(old.stream()).into_iter().collect());
    group.set_span(old.span());
    group.into()
}
