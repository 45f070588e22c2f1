//! Mistakes of engines only. The body outlives the call, so it cannot borrow from the caller.

use quote::quote;
use syn::{FnArg, ReceiverKind, Signature, Type};

use super::borrows;
use crate::pipeline::mistakes::Mistakes;

/// Reports each place in the arguments where something is borrowed.
pub(super) fn check_arguments(signature: &mut Signature, mistakes: &mut Mistakes) {
    for argument in &mut signature.inputs {
        match argument {
            FnArg::Receiver(receiver) => match &mut receiver.kind {
                ReceiverKind::Reference(and, lifetime, mutability)
                    if borrows::is_borrowed(lifetime.as_ref()) =>
                {
                    let self_token = &receiver.self_token;
                    mistakes.report(&quote!(#and #lifetime #mutability #self_token), BORROWED, OWNED_SELF);
                }
                ReceiverKind::Typed(_, ty) => check_type(ty, OWNED_SELF, mistakes),
                _ => {}
            },
            FnArg::Typed(argument) => check_type(&mut argument.ty, OWNED, mistakes),
        }
    }
}

fn check_type(ty: &mut Type, help: &str, mistakes: &mut Mistakes) {
    for borrowed in borrows::of(ty) {
        mistakes.report(&borrowed, BORROWED, help);
    }
}

const BORROWED: &str = "an engine cannot borrow its arguments: it may run on after its call has returned";
const OWNED: &str = "take an owned value, an `Rc`, or a `'static` reference";
const OWNED_SELF: &str = "take `self: Rc<Self>`";
