//! Looks for mistakes, all of them in one run: in the signature, in the attributes beside ours, and in where the
//! yields of the body stand.

mod body;
mod borrows;
mod engine;
mod returns;
mod signature;

use proc_macro2::TokenStream;

use crate::mistakes::Mistakes;
use crate::neighbours::{foreign, instrument};
use crate::options::{AttributeKind, Options};
use crate::parse::Function;
use crate::scan::BodyScan;

/// Whether the user's body is emitted.
pub(crate) enum Verdict {
    /// It is.
    Emit,
    /// It is not: because of a mistake that was reported, rustc would find more errors in the body.
    LeaveOut {
        /// The attribute as which the function is emitted.
        kind: AttributeKind,
        /// The path of each `yield_!` in the body, so that their imports can be used without it.
        yields: Vec<TokenStream>,
    },
}

/// Reports the mistakes, and removes from the function and the options what is wrong with them.
pub(crate) fn all(
    kind: AttributeKind,
    function: &mut Function,
    options: &mut Options,
    scan: &BodyScan,
    mistakes: &mut Mistakes,
) -> Verdict {
    let is_callable = signature::check(kind, function, mistakes);
    let is_coroutine = foreign::check(kind, function, mistakes);
    returns::check(&mut function.signature, options, mistakes);
    let leave_out = !is_callable || !is_coroutine || instrument::check(function, scan, mistakes);
    match body::check(function, scan, leave_out, mistakes) {
        // What another attribute has made a plain function of, callers use as one.
        Some(yields) => {
            Verdict::LeaveOut { kind: if is_coroutine { kind } else { AttributeKind::Main }, yields }
        }
        None => Verdict::Emit,
    }
}
