//! What only an engine must not say: its body outlives the call, so it borrows nothing of its caller.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{FnArg, Lifetime, ReceiverKind, Signature, Type};

use crate::mistakes::Mistakes;

/// Reports each argument that is a reference. Those that are hidden in other types are rustc's to find.
pub(super) fn check_arguments(signature: &Signature, mistakes: &mut Mistakes) {
    for argument in &signature.inputs {
        match argument {
            FnArg::Receiver(receiver) => match &receiver.kind {
                ReceiverKind::Reference(and, lifetime, mutability) => {
                    let self_token = &receiver.self_token;
                    report(
                        quote!(#and #lifetime #mutability #self_token),
                        lifetime.as_ref(),
                        OWNED_SELF,
                        mistakes,
                    );
                }
                ReceiverKind::Typed(_, ty) => check_type(ty, OWNED_SELF, mistakes),
                _ => {}
            },
            FnArg::Typed(argument) => check_type(&argument.ty, OWNED, mistakes),
        }
    }
}

fn check_type(ty: &Type, help: &str, mistakes: &mut Mistakes) {
    if let Type::Reference(reference) = ty {
        report(reference.to_token_stream(), reference.lifetime.as_ref(), help, mistakes);
    }
}

fn report(reference: TokenStream, lifetime: Option<&Lifetime>, help: &str, mistakes: &mut Mistakes) {
    if lifetime.is_none_or(|lifetime| lifetime.ident != "static") {
        mistakes.report(
            reference,
            "an engine cannot borrow its arguments: it goes on when the call has returned",
            help,
        );
    }
}

const OWNED: &str = "take the value itself, an `Rc`, or a reference that is `'static`";
const OWNED_SELF: &str = "take `self: Rc<Self>`";
