//! Where a type says that something is borrowed: references, and lifetimes in other types. Those that are hidden in a type's name are rustc's to find.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Lifetime, ParenthesizedGenericArguments, TraitBound, Type, TypeFnPtr, TypeReference};

/// The places in a type where it is not `'static`, outermost first.
pub(super) fn of(ty: &mut Type) -> Vec<TokenStream> {
    let mut borrows = Borrows { found: Vec::new() };
    borrows.visit_type_mut(ty);
    borrows.found
}

/// Whether something of this lifetime is borrowed.
pub(super) fn is_borrowed(lifetime: Option<&Lifetime>) -> bool {
    lifetime.is_none_or(|lifetime| lifetime.ident != "static")
}

struct Borrows {
    found: Vec<TokenStream>,
}

impl VisitMut for Borrows {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if is_borrowed(reference.lifetime.as_ref()) {
            self.found.push(reference.to_token_stream());
        } else {
            visit_mut::visit_type_reference_mut(self, reference);
        }
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if is_borrowed(Some(lifetime)) {
            self.found.push(lifetime.to_token_stream());
        }
    }

    // What a function takes and gives it borrows when it is called, and so does what is generic over lifetimes.

    fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}

    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut ParenthesizedGenericArguments) {}

    fn visit_trait_bound_mut(&mut self, bound: &mut TraitBound) {
        if bound.lifetimes.is_none() {
            visit_mut::visit_trait_bound_mut(self, bound);
        }
    }

    /// The length of an array is another world.
    fn visit_expr_mut(&mut self, _: &mut Expr) {}
}
