//! A signature that is no Rust, or not yet: [`parse`] reads the function around what cannot be read, and [`Unread::put_back`] puts that, as it was typed, into what is emitted.
//! So an editor goes on in the body, and callers see what the function returns.
//!
//! It is rustc that says what is wrong: it has parsed the function before the attribute, and parses what is emitted. The same words about the same tokens are
//! printed once. Ours would be one error more, and each yield of a body without a frame another.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::punctuated::Punctuated;
use syn::{ReturnType, Token, Type, TypeImplTrait};

use crate::parse::Function;
use crate::tokens::{AngleBrackets, is, is_block, is_word, regroup, stream};

/// What was left out for the parser. (A return type need not be: it may be any tokens.)
#[derive(Default)]
pub(crate) struct Unread {
    /// What stands between the parentheses, with them.
    arguments: Option<Group>,
    /// The `where` and what follows it.
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

/// Reads a function that the parser does not take as a whole.
pub(crate) fn parse(item: TokenStream) -> Option<(Function, Unread)> {
    let trees = trees(item);
    let (body, signature) = trees.split_last().filter(|(body, _)| is_body(body))?;
    let position = position_of_arguments(signature);
    // If there are none rustc goes on as if there were.
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

fn trees(tokens: TokenStream) -> Vec<TokenTree> {
    tokens.into_iter().collect()
}

fn is_body(tree: &TokenTree) -> bool {
    is(tree, ';') || is_block(tree)
}

fn position_of_fn(trees: &[TokenTree]) -> Option<usize> {
    let position = trees.iter().position(|tree| is_word(tree, "fn"))?;
    matches!(trees.get(position + 1), Some(TokenTree::Ident(_))).then_some(position)
}

/// Where the parentheses stand behind the name of the function, and behind its generics, which may have some too.
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

/// An arrow, or what rustc takes for one, and what stands behind it.
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
        // Else it would stand where no `impl` may.
        Ok(impl_token) => {
            Type::ImplTrait(TypeImplTrait { attrs: Vec::new(), impl_token, bounds: Punctuated::new() })
        }
        Err(_) => Type::Verbatim(typed.clone()),
    };
    let ty = syn::parse2(typed.clone()).unwrap_or_else(unfinished);
    Some(ReturnType::Type(Token![->](spans), Box::new(ty)))
}
