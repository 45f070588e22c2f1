//! Mistakes with the option `returns`. A `gen::Return` carries the value as an error does, so the
//! value cannot borrow anything.

use syn::{ReturnType, Signature};

use super::borrows;
use crate::pipeline::mistakes::Mistakes;
use crate::pipeline::options::Options;

/// Reports each place in the return type where something is borrowed, and then removes the option.
pub(crate) fn check(signature: &mut Signature, options: &mut Options, mistakes: &mut Mistakes) {
    let (Some(_), ReturnType::Type(_, ty)) = (&options.returns, &mut signature.output) else { return };
    let before = mistakes.len();
    for borrowed in borrows::of(ty) {
        mistakes.report(
            &borrowed,
            "a coroutine with the option `returns` cannot return anything borrowed: \
             a `gen::Return` is an error, and errors are `'static`",
            "return an owned value, or remove `returns`",
        );
    }
    if mistakes.len() > before {
        options.returns = None;
    }
}
