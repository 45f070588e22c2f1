//! A visitor of the parts of a type, for every module that reads or changes types.
//!
//! Each implementation of a visitor trait of syn makes the compiler generate a hundred functions.
//! So there is one implementation, which calls a closure for each part.

use syn::visit_mut::{self, VisitMut};
use syn::{BoundLifetimes, Expr, Ident, Lifetime, ParenthesizedGenericArguments, TraitBound, Type};

/// A part of a type. The visitor does not enter expressions, such as the length of an array.
pub(crate) enum Part<'a> {
    /// A type, before its own parts.
    Type(&'a mut Type),
    /// The same type, after its own parts.
    End(&'a mut Type),
    /// A trait bound.
    Bound(&'a TraitBound),
    /// The `for<'a>` of a type or a bound.
    For(&'a BoundLifetimes),
    /// The `(A) -> B` of `Fn(A) -> B`.
    Call,
    Lifetime(&'a mut Lifetime),
    Word(&'a Ident),
}

/// Whether to visit the parts of a part.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Enter,
    Pass,
}

/// Calls `show` with each part of a type, the outermost first. The answer counts only for a part
/// that has parts of its own.
pub(crate) fn walk(ty: &mut Type, show: &mut dyn FnMut(Part<'_>) -> Next) {
    TypeVisitor(show).visit_type_mut(ty);
}

struct TypeVisitor<'a>(&'a mut dyn FnMut(Part<'_>) -> Next);

impl TypeVisitor<'_> {
    fn enters(&mut self, part: Part<'_>) -> bool {
        (self.0)(part) == Next::Enter
    }
}

impl VisitMut for TypeVisitor<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if self.enters(Part::Type(ty)) {
            visit_mut::visit_type_mut(self, ty);
            (self.0)(Part::End(ty));
        }
    }

    fn visit_trait_bound_mut(&mut self, bound: &mut TraitBound) {
        if self.enters(Part::Bound(bound)) {
            visit_mut::visit_trait_bound_mut(self, bound);
        }
    }

    fn visit_bound_lifetimes_mut(&mut self, lifetimes: &mut BoundLifetimes) {
        if self.enters(Part::For(lifetimes)) {
            visit_mut::visit_bound_lifetimes_mut(self, lifetimes);
        }
    }

    fn visit_parenthesized_generic_arguments_mut(&mut self, call: &mut ParenthesizedGenericArguments) {
        if self.enters(Part::Call) {
            visit_mut::visit_parenthesized_generic_arguments_mut(self, call);
        }
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        (self.0)(Part::Lifetime(lifetime));
    }

    fn visit_ident_mut(&mut self, word: &mut Ident) {
        (self.0)(Part::Word(word));
    }

    fn visit_expr_mut(&mut self, _: &mut Expr) {}
}
