//! Where a type says that something is borrowed: references, and lifetimes in other types. Those that are hidden in a type's name are rustc's to find.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Lifetime, ParenthesizedGenericArguments, TraitBound, Type, TypeFnPtr, TypeReference};

/// The places in a type where it is not `'static`, outermost first.
pub(super) fn of(ty: &Type) -> Vec<TokenStream> {
    let mut borrows = Borrows { found: Vec::new() };
    borrows.visit_type(ty);
    borrows.found
}

/// Whether something of this lifetime is borrowed.
pub(super) fn is_borrowed(lifetime: Option<&Lifetime>) -> bool {
    lifetime.is_none_or(|lifetime| lifetime.ident != "static")
}

struct Borrows {
    found: Vec<TokenStream>,
}

impl<'ast> Visit<'ast> for Borrows {
    fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
        if is_borrowed(reference.lifetime.as_ref()) {
            self.found.push(reference.to_token_stream());
        } else {
            visit::visit_type_reference(self, reference);
        }
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        if is_borrowed(Some(lifetime)) {
            self.found.push(lifetime.to_token_stream());
        }
    }

    // What a function takes and gives it borrows when it is called, and so does what is generic over lifetimes.

    fn visit_type_fn_ptr(&mut self, _: &'ast TypeFnPtr) {}

    fn visit_parenthesized_generic_arguments(&mut self, _: &'ast ParenthesizedGenericArguments) {}

    fn visit_trait_bound(&mut self, bound: &'ast TraitBound) {
        if bound.lifetimes.is_none() {
            visit::visit_trait_bound(self, bound);
        }
    }
}
