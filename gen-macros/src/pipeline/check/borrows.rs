//! The places where a type shows that it borrows something: references, and lifetimes in other
//! types. A lifetime that is hidden in a path is found by rustc only.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Lifetime, Type};

use crate::pipeline::types::{self, Next, Part};

/// The parts of a type that are not `'static`, the outermost first.
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
        // The lifetimes in the arguments and the result of a function are those of its calls. So
        // are lifetimes of a `for<..>`.
        Part::Call | Part::Type(Type::FnPtr(_)) => Next::Pass,
        Part::Bound(bound) if bound.lifetimes.is_some() => Next::Pass,
        _ => Next::Enter,
    });
    found
}

/// Whether something with this lifetime is borrowed. An elided one is `None`.
pub(super) fn is_borrowed(lifetime: Option<&Lifetime>) -> bool {
    lifetime.is_none_or(|lifetime| lifetime.ident != "static")
}
