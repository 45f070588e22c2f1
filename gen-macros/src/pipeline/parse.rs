//! Parse: the item becomes a [`Function`], which keeps its spans. The body stays tokens.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{End, ParseStream, Parser};
use syn::{Attribute, Ident, Signature, Token, Visibility};

use crate::pipeline::tokens::{is, is_word, regroup, regroup_at_end};

/// A function as the user wrote it: a free function, or an associated one.
pub(crate) struct Function {
    /// The attributes above it, then those at the start of its body (`#![..]`), which mean the
    /// same.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) defaultness: Option<Token![default]>,
    pub(crate) signature: Signature,
    pub(crate) body: Body,
}

/// The end of a function, after its signature.
pub(crate) enum Body {
    /// A block: the body of a function, or of a provided method of a trait.
    Block(Group),
    /// A word. An editor that cannot parse a body passes a word in its place, and puts the body
    /// back into what the attribute emits.
    Replaced(Ident),
    /// A semicolon: a declared method of a trait. For any other function rustc reports it.
    Declared(Token![;]),
    /// Nothing. An editor may see the function like this while it is being typed.
    Missing,
}

impl Function {
    pub(crate) fn parse(item: TokenStream) -> syn::Result<Function> {
        // The parser copies all tokens that it gets. Most of them are the body, so it gets the
        // function without its body first.
        let mut head: Vec<TokenTree> = item.clone().into_iter().collect();
        let last = head.pop().and_then(unwrap_block);
        let without_body = |block| Function::parse_with(head.into_iter().collect(), Some(block)).ok();
        match last.and_then(without_body) {
            Some(function) => Ok(function),
            None => Function::parse_with(item, None),
        }
    }

    /// Parses a function whose body is `block`. If that is `None`, the body is among the tokens.
    fn parse_with(tokens: TokenStream, block: Option<Group>) -> syn::Result<Function> {
        let parse = |input: ParseStream<'_>| {
            let mut attributes = input.call(Attribute::parse_outer)?;
            let visibility = input.parse()?;
            let defaultness = input.parse()?;
            let signature = input.parse()?;
            let body = block.map_or_else(|| Body::parse(input), |block| Ok(Body::Block(block)))?;
            let body = body.hoist_attributes(&mut attributes);
            Ok(Function { attributes, visibility, defaultness, signature, body })
        };
        parse.parse2(tokens)
    }
}

impl Body {
    fn parse(input: ParseStream<'_>) -> syn::Result<Body> {
        if input.is_empty() {
            return Ok(Body::Missing);
        }
        if input.peek(Token![;]) {
            return input.parse().map(Body::Declared);
        }
        if input.peek(Ident) && input.peek2(End) {
            return input.parse().map(Body::Replaced);
        }
        let error = input.error("expected the function's body");
        match input.parse::<TokenTree>().map(unwrap_block) {
            Ok(Some(group)) if input.is_empty() => Ok(Body::Block(group)),
            _ => Err(error),
        }
    }

    /// The tokens of the block; none if there is no block.
    pub(crate) fn tokens(&self) -> TokenStream {
        match self {
            Body::Block(block) => block.stream(),
            Body::Replaced(_) | Body::Declared(_) | Body::Missing => TokenStream::new(),
        }
    }

    /// Gives the groups around yields the span of their closing delimiter, for a body that is not
    /// valid Rust.
    ///
    /// rustc reports at a closing delimiter that something is missing in such a body: once in the
    /// tokens that were typed, and once in those that are emitted. Reports with the same words at
    /// the same place are printed once. A group that is rebuilt has a single span, so this must be
    /// the span of its end.
    pub(crate) fn point_at_ends(&mut self) {
        if let Body::Block(block) = self {
            (*block, _) = pointing_at_its_end(block);
        }
    }

    /// Moves inner attributes to those of the function. The body becomes an expression, and rustc
    /// accepts no inner attributes there.
    fn hoist_attributes(self, attributes: &mut Vec<Attribute>) -> Body {
        let Body::Block(block) = &self else { return self };
        let mut trees = block.stream().into_iter();
        if !trees.next().is_some_and(|tree| is(&tree, '#'))
            || !trees.next().is_some_and(|tree| is(&tree, '!'))
        {
            return self;
        }
        let split = |input: ParseStream<'_>| {
            let inner = input.call(Attribute::parse_inner)?;
            Ok((inner, input.parse::<TokenStream>()?))
        };
        match split.parse2(block.stream()) {
            Ok((inner, rest)) if !inner.is_empty() => {
                attributes.extend(
                    inner
                        .into_iter()
                        .map(|attribute| Attribute { style: syn::AttrStyle::Outer, ..attribute }),
                );
                Body::Block(regroup(block, rest))
            }
            _ => self,
        }
    }
}

impl ToTokens for Body {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Body::Block(block) => block.to_tokens(tokens),
            Body::Replaced(word) => word.to_tokens(tokens),
            Body::Declared(semicolon) => semicolon.to_tokens(tokens),
            Body::Missing => {}
        }
    }
}

/// The group as [`Body::point_at_ends`] rebuilds it, and whether there are yields in it. A group
/// without yields is not rebuilt.
fn pointing_at_its_end(group: &Group) -> (Group, bool) {
    let (mut trees, mut yields) = (Vec::new(), false);
    for tree in group.stream() {
        trees.push(match tree {
            TokenTree::Group(inner) => {
                let (inner, found) = pointing_at_its_end(&inner);
                yields |= found;
                inner.into()
            }
            other => {
                yields |= is_word(&other, "yield_");
                other
            }
        });
    }
    let made = regroup_at_end(group, trees.into_iter().collect());
    if yields { (made, true) } else { (group.clone(), false) }
}

/// The block itself. A block that was passed through a `macro_rules!` as `$body:block` is wrapped
/// in an invisible group.
fn unwrap_block(tree: TokenTree) -> Option<Group> {
    let TokenTree::Group(group) = tree else { return None };
    match group.delimiter() {
        Delimiter::Brace => Some(group),
        Delimiter::None => {
            let mut inner = group.stream().into_iter();
            let only = inner.next().filter(|_| inner.next().is_none())?;
            unwrap_block(only)
        }
        Delimiter::Parenthesis | Delimiter::Bracket => None,
    }
}

/// Removes the qualifiers that a coroutine function cannot have. The checks have reported them.
pub(crate) fn remove_qualifiers(signature: &mut Signature) {
    signature.constness = None;
    signature.asyncness = None;
    signature.abi = None;
    signature.variadic = None;
}
