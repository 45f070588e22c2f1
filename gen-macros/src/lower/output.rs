//! The return type `R`: what the signature says, and how the machine is held to it.
//!
//! rustc does not know what an `async` block returns until it has seen it, so `return x`, `?` and the last
//! expression would have to agree among themselves. A statement before the body holds them all to `R`:
//!
//! ```text
//! match () { () => {} _ => return { <R as Unreached>::output() } }
//! return match () { () => { body } _ => <R as Unreached>::output() };
//! ```
//!
//! The second arms cannot be reached: their types are checked, but no code is made of them, not even a drop flag.
//! (An `if false` would leave flags, and what follows a `break` is reported as unreachable.) An `impl Trait` in
//! `R` is left to inference: `_`.
//!
//! In an arm, temporaries of the body's last expression are dropped at its end, before the arguments, on every
//! edition; rustc does not find that its braces could go; nor, because of the other arm, that a body which never
//! ends makes the `return` unreachable; nor clippy, because of the `return`, that an `async` block ends in a future.

use proc_macro2::{Span, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ReturnType, Signature, Token, Type, TypeInfer, TypeNever};

use crate::paths::{Paths, ours};

/// What a function returns when it is done.
pub(crate) struct Output {
    pub(crate) arrow: Option<Token![->]>,
    /// Where it says so: the arrow, else the end of the arguments. Neither means anything to an editor.
    pub(crate) place: Span,
    /// As `Output = ..` says it.
    pub(crate) declared: Type,
    pub(crate) pinned: Pinned,
}

/// What the body is held to.
pub(crate) enum Pinned {
    /// No arrow: `()`.
    Unit,
    /// A type, with `_` for each `impl Trait` in it.
    To(Box<Type>),
    /// All of it is `impl Trait`: `_`.
    Inferred,
    /// `!`: there is nothing to return.
    Never,
}

impl Output {
    /// Takes the return type out of `signature`.
    pub(crate) fn take(signature: &mut Signature, paths: &Paths) -> Output {
        match std::mem::replace(&mut signature.output, ReturnType::Default) {
            ReturnType::Default => {
                let unit = Type::Verbatim(quote_spanned!(ours()=> ()));
                Output {
                    arrow: None,
                    place: signature.paren_token.span.close(),
                    declared: unit,
                    pinned: Pinned::Unit,
                }
            }
            ReturnType::Type(arrow, ty) => {
                let (declared, pinned) = match without_groups(*ty) {
                    Type::Never(never) => (spell_never(&never, paths), Pinned::Never),
                    ty => (ty.clone(), Pinned::to(ty)),
                };
                Output { arrow: Some(arrow), place: arrow.spans[0], declared, pinned }
            }
        }
    }
}

impl Output {
    /// The last token of what it says: there rustc suggests to add something to it.
    pub(crate) fn end(&self) -> Span {
        let last = self.arrow.and_then(|_| self.declared.to_token_stream().into_iter().last());
        last.map_or(self.place, |tree| match tree {
            TokenTree::Group(group) => group.span_close(),
            other => other.span(),
        })
    }

    /// What to hold the body to; nothing if it never returns.
    pub(crate) fn pinned_type(&self) -> Option<Type> {
        match &self.pinned {
            Pinned::Unit => Some(self.declared.clone()),
            Pinned::To(ty) => Some((**ty).clone()),
            Pinned::Inferred => Some(Type::Verbatim(quote_spanned!(ours().located_at(self.place)=> _))),
            Pinned::Never => None,
        }
    }
}

impl Pinned {
    fn to(mut ty: Type) -> Pinned {
        InferImplTrait.visit_type_mut(&mut ty);
        if let Type::Infer(_) = ty { Pinned::Inferred } else { Pinned::To(Box::new(ty)) }
    }
}

/// The type itself, also when it was handed through a `macro_rules!` as `$ty:ty`.
fn without_groups(ty: Type) -> Type {
    match ty {
        Type::Group(group) => without_groups(*group.elem),
        other => other,
    }
}

/// `!` is no type elsewhere than behind an arrow.
fn spell_never(never: &TypeNever, paths: &Paths) -> Type {
    let (bang, trait_) = (never.bang_token, paths.never());
    Type::Verbatim(quote_spanned!(ours()=> <fn() -> #bang as #trait_>::T))
}

struct InferImplTrait;

impl VisitMut for InferImplTrait {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::ImplTrait(opaque) = ty {
            let underscore_token = Token![_](opaque.impl_token.span);
            *ty = Type::Infer(TypeInfer { attrs: Vec::new(), underscore_token });
        } else {
            visit_mut::visit_type_mut(self, ty);
        }
    }

    /// The length of an array is another world.
    fn visit_expr_mut(&mut self, _: &mut Expr) {}
}
