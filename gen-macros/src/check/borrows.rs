//! Where a type says that something is borrowed: references, and lifetimes in other types. Those that are hidden in a type's name are rustc's to find.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Lifetime, Type};

use crate::types::{self, Next, Part};

/// The places in a type where it is not `'static`, outermost first.
pub(super) fn of(ty: &mut Type) -> Vec<TokenStream> {
    let mut found = Vec::new();
    types::walk(ty, &mut |part| match part {
        Part::Type(Type::Reference(reference)) if is_borrowed(reference.lifetime.as_ref()) => {
            found.push(reference.to_token_stream());
            Next::Pass
        }
        Part::Lifetime(lifetime) if is_borrowed(Some(lifetime)) => {
            found.push(lifetime.to_token_stream());
            Next::Pass
        }
        // What a function takes and gives it borrows when it is called, and so does what is generic over lifetimes.
        Part::Call | Part::Type(Type::FnPtr(_)) => Next::Pass,
        Part::Bound(bound) if bound.lifetimes.is_some() => Next::Pass,
        _ => Next::Enter,
    });
    found
}

/// Whether something of this lifetime is borrowed.
pub(super) fn is_borrowed(lifetime: Option<&Lifetime>) -> bool {
    lifetime.is_none_or(|lifetime| lifetime.ident != "static")
}
