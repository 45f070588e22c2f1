//! The return type `R`: what the signature says, and how the machine is held to it.
//!
//! rustc does not know what an `async` block returns until it has seen it, so `return x`, `?` and the last
//! expression would have to agree among themselves. Two things pin it to `R`, and neither is ever run:
//!
//! ```text
//! 'pin: { break 'pin; let pinned: R = loop {}; return pinned; }   // `return` and `?` want R
//! let output: R = { body };                                      // so does the last expression
//! output
//! ```
//!
//! What follows `break` is checked, but no code is made of it, not even a drop flag. An `impl Trait` in `R` is
//! left to inference: `_`.

use quote::{ToTokens, quote_spanned};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ReturnType, Signature, Token, Type, TypeInfer};

use crate::paths::{Paths, ours};

/// What a function returns when it is done.
pub(crate) struct Output {
    pub(crate) arrow: Option<Token![->]>,
    /// As `Output = ..` says it.
    pub(crate) declared: Type,
    pub(crate) pinned: Pinned,
}

/// What the body is held to.
pub(crate) enum Pinned {
    /// No arrow: `()`.
    Unit,
    /// A type, with `_` for each `impl Trait` in it.
    To(Type),
    /// All of it is `impl Trait`.
    Inferred,
}

impl Output {
    /// Takes the return type out of `signature`.
    pub(crate) fn take(signature: &mut Signature, paths: &Paths) -> Output {
        match std::mem::replace(&mut signature.output, ReturnType::Default) {
            ReturnType::Default => {
                let unit = Type::Verbatim(quote_spanned!(ours()=> ()));
                Output { arrow: None, declared: unit, pinned: Pinned::Unit }
            }
            ReturnType::Type(arrow, ty) => {
                let declared = spell_never(*ty, paths);
                let mut pinned = declared.clone();
                InferImplTrait.visit_type_mut(&mut pinned);
                let pinned = if let Type::Infer(_) = pinned { Pinned::Inferred } else { Pinned::To(pinned) };
                Output { arrow: Some(arrow), declared, pinned }
            }
        }
    }
}

/// `!` is no type elsewhere than behind an arrow.
fn spell_never(ty: Type, paths: &Paths) -> Type {
    match ty {
        Type::Never(never) => {
            let (bang, trait_) = (never.to_token_stream(), paths.never());
            Type::Verbatim(quote_spanned!(ours()=> <fn() -> #bang as #trait_>::T))
        }
        Type::Group(group) => spell_never(*group.elem, paths),
        other => other,
    }
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
