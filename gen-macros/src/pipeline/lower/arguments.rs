//! Arguments move into the machine, in order. So they are dropped when, and in the order in which,
//! an `async fn` drops them, whether or not the body uses them.
//!
//! ```text
//! // from        // for the caller   // in the machine
//! &self          &self               let _ = &self;
//! x: T           x: T                let x = x;
//! mut x: T       x: T                let mut x = x;
//! (a, b): T      a_b: T              let a_b = a_b; let (a, b) = a_b;
//! _x: T          _x: T               let _x = _x; let (_x,) = (_x,);
//! _: T           _arg3: T            let _arg3 = _arg3; let _ = _arg3;
//! ```
//!
//! Documentation shows the name for the caller. If an argument is a pattern, this name is made from
//! the names that the pattern binds. It is hygienic, so the body cannot use it. The parts that a
//! pattern does not bind stay in the argument, which is a local of the machine.
//!
//! A name that begins with `_` is bound as a pattern is, in a tuple: clippy reports a use of a
//! user's name that begins with `_`, and a `let` that only gives a variable another such name.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::punctuated::Punctuated;
use syn::{Attribute, FnArg, Ident, Meta, Pat, PatIdent, PatType, Receiver, Signature, Token};

use crate::pipeline::argument_names::{ArgumentNames, pattern_of};
use crate::pipeline::paths::ours;
use crate::pipeline::tokens::is_word;

/// The statements that move the arguments into the machine.
pub(crate) struct Arguments {
    moves: TokenStream,
}

impl Arguments {
    /// Leaves in `signature` what the caller sees, and takes the rest out of it.
    pub(crate) fn take(signature: &mut Signature) -> Arguments {
        let mut arguments = Arguments { moves: TokenStream::new() };
        let mut names = ArgumentNames::default();
        for (position, input) in signature.inputs.iter_mut().enumerate() {
            match input {
                FnArg::Receiver(receiver) => arguments.take_receiver(receiver),
                FnArg::Typed(argument) => arguments.take_typed(argument, position, &mut names),
            }
        }
        arguments
    }

    pub(crate) fn into_moves(self) -> TokenStream {
        self.moves
    }

    fn push(&mut self, statements: TokenStream) {
        statements.to_tokens(&mut self.moves);
    }

    /// `self` cannot be bound again. A reference to it makes the `async` block capture all of it.
    fn take_receiver(&mut self, receiver: &Receiver) {
        let conditions = receiver.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        let this = &receiver.self_token;
        self.push(quote_spanned!(ours()=> #(#conditions)* let _ = &#this;));
    }

    fn take_typed(&mut self, argument: &mut PatType, position: usize, names: &mut ArgumentNames) {
        let (outside, inside) = split_attributes(std::mem::take(&mut argument.attrs));
        argument.attrs = outside;
        if let Some(name) = simple_name(&argument.pat) {
            let outer = pattern_of(name.clone());
            let inner = std::mem::replace(&mut *argument.pat, outer);
            self.push(quote_spanned!(ours()=> #inside let #inner = #name;));
        } else {
            let conditions = &argument.attrs;
            let conditions = conditions.iter().filter(|attribute| attribute.path().is_ident("cfg"));
            let name = names.of_pattern(&argument.pat, position);
            let pattern = &argument.pat;
            let mutability =
                binds_by_mutable_reference(pattern.to_token_stream()).then(|| Token![mut](ours()));
            let bind = match **pattern {
                Pat::Ident(PatIdent { by_ref: None, subpat: None, .. }) => {
                    quote_spanned!(ours()=> let (#pattern,) = (#name,);)
                }
                _ => quote_spanned!(ours()=> let #pattern = #name;),
            };
            self.push(quote_spanned!(ours()=>
                #(#conditions)* let #mutability #name = #name;
                #inside #bind
            ));
            *argument.pat = pattern_of(name);
        }
    }
}

/// The name of an argument that is bound as a whole and by value. Names that begin with `_` are
/// left out, since clippy reports their uses.
fn simple_name(pattern: &Pat) -> Option<Ident> {
    match pattern {
        Pat::Ident(PatIdent { attrs, by_ref: None, ident, subpat: None, .. })
            if attrs.is_empty() && !ident.to_string().starts_with('_') =>
        {
            Some(ident.clone())
        }
        _ => None,
    }
}

/// Whether a pattern contains `ref mut`, which can only bind a mutable place.
fn binds_by_mutable_reference(pattern: TokenStream) -> bool {
    let trees: Vec<TokenTree> = pattern.into_iter().collect();
    let here = trees.windows(2).any(|pair| is_word(&pair[0], "ref") && is_word(&pair[1], "mut"));
    let within = |tree| matches!(tree, TokenTree::Group(group) if binds_by_mutable_reference(group.stream()));
    here || trees.into_iter().any(within)
}

/// Where an attribute of an argument belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AttributeTarget {
    /// On the argument that the caller sees: other macros may look at it there.
    Outside,
    /// On the binding in the machine: the level of a lint about the uses in the body.
    Inside,
    /// On both: a `cfg`, which decides whether the argument exists.
    Both,
}

/// Splits attributes into those of the argument that the caller sees, and those of the binding in
/// the machine.
fn split_attributes(attributes: Vec<Attribute>) -> (Vec<Attribute>, TokenStream) {
    let (mut outside, mut inside) = (Vec::new(), TokenStream::new());
    for attribute in attributes {
        match target_of(&attribute.meta) {
            AttributeTarget::Outside => outside.push(attribute),
            AttributeTarget::Inside => attribute.to_tokens(&mut inside),
            AttributeTarget::Both => {
                attribute.to_tokens(&mut inside);
                outside.push(attribute);
            }
        }
    }
    (outside, inside)
}

fn target_of(meta: &Meta) -> AttributeTarget {
    const LINT_LEVELS: [&str; 5] = ["allow", "warn", "deny", "forbid", "expect"];
    let path = meta.path();
    if path.is_ident("cfg") {
        return AttributeTarget::Both;
    }
    if path.is_ident("cfg_attr") {
        return conditional_target(meta);
    }
    if LINT_LEVELS.iter().any(|level| path.is_ident(level)) {
        AttributeTarget::Inside
    } else {
        AttributeTarget::Outside
    }
}

/// `cfg_attr(condition, a, b)` belongs where `a` belongs.
fn conditional_target(meta: &Meta) -> AttributeTarget {
    let parse = Punctuated::<Meta, Token![,]>::parse_terminated;
    let nested = meta.require_list().and_then(|list| list.parse_args_with(parse));
    nested.ok().and_then(|nested| nested.iter().nth(1).map(target_of)).unwrap_or(AttributeTarget::Outside)
}
