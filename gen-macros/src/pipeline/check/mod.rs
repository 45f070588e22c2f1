//! Check: reports the mistakes, all of them in one run. They are in the signature, in the
//! attributes beside ours, and in where the yields of the body stand.

mod body;
mod borrows;
mod engine;
mod returns;
mod signature;

use proc_macro2::TokenStream;

use crate::pipeline::mistakes::Mistakes;
use crate::pipeline::neighbours::{above, cases, foreign, instrument};
use crate::pipeline::options::{AttributeKind, Options};
use crate::pipeline::parse::Function;
use crate::pipeline::scan::BodyScan;

/// Whether the user's body is emitted.
pub(crate) enum Verdict {
    /// The body is emitted.
    Emit,
    /// The body is not emitted: with a mistake that was reported, rustc would find more errors in
    /// it.
    LeaveOut {
        /// The function is emitted as with this attribute.
        kind: AttributeKind,
        /// The path of each `yield_!` in the body. They are emitted in a `use`, so that the user's
        /// imports of the macro count as used.
        yields: Vec<TokenStream>,
    },
}

/// Reports the mistakes, and removes them from the function and from the options.
pub(crate) fn all(
    kind: AttributeKind,
    function: &mut Function,
    options: &mut Options,
    scan: &BodyScan,
    mistakes: &mut Mistakes,
) -> Verdict {
    let is_callable = signature::check(kind, function, mistakes);
    let is_coroutine = above::check(kind, mistakes)
        && (kind != AttributeKind::Test || cases::check_above(&function.signature, mistakes))
        && foreign::check(kind, function, mistakes);
    returns::check(&mut function.signature, options, mistakes);
    let leave_out = !is_callable || !is_coroutine || instrument::check(function, scan, mistakes);
    match body::check(function, scan, leave_out, mistakes) {
        // If another attribute has made it a plain function, callers use it as one.
        Some(yields) => {
            Verdict::LeaveOut { kind: if is_coroutine { kind } else { AttributeKind::Main }, yields }
        }
        None => Verdict::Emit,
    }
}
