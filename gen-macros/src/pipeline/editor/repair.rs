//! Signatures that are not valid Rust, or not yet. [`parse`] reads the function around the part
//! that cannot be read, and [`Unread::put_back`] puts that part, as it was typed, into what is
//! emitted. So an editor works in the body, and callers see what the function returns.
//!
//! Nothing is reported here. rustc parses the function before the attribute does, and parses what
//! is emitted; reports with the same words about the same tokens are printed once. A report of ours
//! would be one error more. Without the repair each yield would be another, since it would have no
//! frame.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::punctuated::Punctuated;
use syn::{ReturnType, Token, Type, TypeImplTrait};

use crate::pipeline::parse::Function;
use crate::pipeline::tokens::{AngleBrackets, is, is_block, is_word, regroup, stream, trees};

/// The parts of the signature that the parser did not get. The return type is not among them: it
/// may be any tokens.
#[derive(Default)]
pub(crate) struct Unread {
    /// The parentheses, and the arguments in them.
    arguments: Option<Group>,
    /// The `where` clause and whatever follows it.
    conditions: TokenStream,
}

impl Unread {
    pub(crate) fn put_back(self, emitted: TokenStream) -> TokenStream {
        let Unread { arguments, conditions } = self;
        let Some(arguments) = arguments else { return emitted };
        let Some(start) = position_of_arguments(&trees(emitted.clone())) else { return emitted };
        let mut conditions = Some(conditions);
        let mut tokens = TokenStream::new();
        for (position, tree) in emitted.into_iter().enumerate() {
            if position > start && is_body(&tree) {
                conditions.take().to_tokens(&mut tokens);
            }
            tokens.append(if position == start { arguments.clone().into() } else { tree });
        }
        tokens
    }
}

/// Reads a function that cannot be parsed as a whole.
pub(crate) fn parse(item: TokenStream) -> Option<(Function, Unread)> {
    let trees = trees(item);
    let (body, signature) = trees.split_last().filter(|(body, _)| is_body(body))?;
    let position = position_of_arguments(signature);
    // Without parentheses, rustc goes on as if they were there.
    let (head, rest) = signature.split_at(position.or_else(|| Some(position_of_fn(signature)? + 2))?);
    let (arguments, rest) = match rest {
        [TokenTree::Group(arguments), rest @ ..] if position.is_some() => (arguments.clone(), rest),
        rest => (Group::new(Delimiter::Parenthesis, TokenStream::new()), rest),
    };
    let end = rest.iter().position(|tree| is_word(tree, "where")).unwrap_or(rest.len());
    let (returned, conditions) = rest.split_at(end);

    let none = regroup(&arguments, TokenStream::new());
    let read = |conditions: &[TokenTree]| {
        let tokens = [head, &[none.clone().into()], conditions, std::slice::from_ref(body)];
        Function::parse(tokens.concat().into_iter().collect()).ok()
    };
    let (mut function, conditions) = match read(conditions) {
        Some(function) => (function, TokenStream::new()),
        None => (read(&[])?, stream(conditions)),
    };
    function.signature.output = return_type(returned)?;
    Some((function, Unread { arguments: Some(arguments), conditions }))
}

fn is_body(tree: &TokenTree) -> bool {
    is(tree, ';') || is_block(tree)
}

fn position_of_fn(trees: &[TokenTree]) -> Option<usize> {
    let position = trees.iter().position(|tree| is_word(tree, "fn"))?;
    matches!(trees.get(position + 1), Some(TokenTree::Ident(_))).then_some(position)
}

/// The position of the parentheses after the name of the function and its generics, which may
/// contain parentheses too.
fn position_of_arguments(trees: &[TokenTree]) -> Option<usize> {
    let start = position_of_fn(trees)? + 2;
    let mut brackets = AngleBrackets::default();
    for (position, tree) in trees.iter().enumerate().skip(start) {
        match tree {
            TokenTree::Punct(_) => {}
            _ if !brackets.are_closed() => {}
            TokenTree::Group(group) => {
                return (group.delimiter() == Delimiter::Parenthesis).then_some(position);
            }
            _ => return None,
        }
        brackets.pass(tree);
    }
    None
}

/// Reads the return type. rustc also accepts `=>` or `:` for the arrow, and reports it.
fn return_type(trees: &[TokenTree]) -> Option<ReturnType> {
    let (spans, typed) = match trees {
        [] => return Some(ReturnType::Default),
        [dash, greater, typed @ ..] if (is(dash, '-') || is(dash, '=')) && is(greater, '>') => {
            ([dash.span(), greater.span()], typed)
        }
        [colon, typed @ ..] if is(colon, ':') => ([colon.span(); 2], typed),
        _ => return None,
    };
    let typed = stream(typed);
    let unfinished = |_| match syn::parse2(typed.clone()) {
        // As a `Verbatim` it would be emitted where no `impl Trait` may stand.
        Ok(impl_token) => {
            Type::ImplTrait(TypeImplTrait { attrs: Vec::new(), impl_token, bounds: Punctuated::new() })
        }
        Err(_) => Type::Verbatim(typed.clone()),
    };
    let ty = syn::parse2(typed.clone()).unwrap_or_else(unfinished);
    Some(ReturnType::Type(Token![->](spans), Box::new(ty)))
}
