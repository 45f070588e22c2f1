//! Where a coroutine is defined.

use syn::Ident;
use syn::ext::IdentExt;

use super::place::Place;
use crate::pipeline::paths::ours;

/// The name of a coroutine and the place where it is defined, for traces.
pub(crate) struct Site {
    pub(crate) name: String,
    pub(crate) place: Place,
    /// The name of the emitted function that returns the site.
    pub(crate) function: Ident,
}

impl Site {
    pub(super) fn of(name: &Ident, function: &str) -> Site {
        let place = Place::of(name.span());
        Site { name: name.unraw().to_string(), place, function: Ident::new(function, ours()) }
    }
}
