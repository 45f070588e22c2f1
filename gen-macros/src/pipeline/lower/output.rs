//! The return type `R`: the form in which the signature returns it, and how the body is made to
//! return it.
//!
//! rustc infers the type that an `async` block returns from the block, so `return x`, `?` and the
//! last expression would have to agree with each other. A statement before the body makes them all
//! return `R`:
//!
//! ```text
//! match () { () => {} _ => return <R as Unreached>::output() }
//! match () { () => { body } _ => <R as Unreached>::output() }
//! ```
//!
//! The second arms are never reached. rustc checks their types, but generates no code for them, and
//! no drop flags. (An `if false` would leave drop flags, and rustc would report what follows a
//! `break` as unreachable.)
//!
//! Each `impl Trait` in `R` is replaced by `_`, which is inferred. A lifetime that the function
//! does not declare is replaced by `'_`: if no `impl` around it declares it either, rustc reports
//! it once, in the signature.
//!
//! The body stands in an arm of a `match`. There, in every edition, the temporaries of its last
//! expression are dropped at its end, before the arguments. And rustc does not report that the
//! braces of the body are unnecessary.
//!
//! The `async` block ends in this arm, so that clippy finds a needless `return` at the end of the
//! body. But clippy also reports an `async` block whose last expression is a future. So if `R` can
//! be a future, the `match` is the operand of a `return`. Because of the second arm, rustc does not
//! report this `return` as unreachable after a body that never ends.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{GenericParam, Ident, LifetimeParam, ReturnType, Signature, Token, Type, TypeInfer, TypeNever};

use crate::pipeline::options::Threads;
use crate::pipeline::paths::{Paths, ours};
use crate::pipeline::types::{self, Next, Part};

/// The return type.
pub(crate) struct Output {
    /// The arrow, as it was written; if there was none, one of ours.
    pub(crate) arrow: Token![->],
    /// Whether a return type was written.
    pub(crate) written: bool,
    /// The span for errors about the return type: the arrow, or else the end of the arguments. An
    /// editor finds no name at either.
    pub(crate) span: Span,
    /// The type in `Output = ..`.
    pub(crate) declared: TokenStream,
    /// The type that the body must return: `declared`, with `_` where the type is inferred. `None`
    /// if it is `!`.
    pub(crate) pinned: Option<TokenStream>,
    /// Whether the type can be a future. False if its tokens show that it is not.
    pub(crate) may_be_awaitable: bool,
}

/// The form in which the function returns the machine.
pub(crate) enum Returned {
    /// As it is, as an `impl Coroutine`.
    Machine,
    /// In a box, as an `impl Coroutine`.
    Boxed,
    /// In a `BoxCoroutine` or a `LocalBoxCoroutine`. All that it holds outlives the lifetime.
    Erased(Threads, syn::Lifetime),
}

impl Output {
    /// Takes the return type out of `signature`.
    pub(crate) fn take(signature: &mut Signature, returned: &Returned, paths: &Paths) -> Output {
        let declared = match returned {
            Returned::Machine | Returned::Boxed => Some(signature.generics.lifetimes().map(name).collect()),
            // The lifetime is written in the type of the box, which allows no other.
            Returned::Erased(..) => None,
        };
        match std::mem::replace(&mut signature.output, ReturnType::Default) {
            ReturnType::Default => {
                let (unit, span) = (quote_spanned!(ours()=> ()), signature.paren_token.span.close());
                Output {
                    arrow: Token![->](ours()),
                    written: false,
                    span,
                    declared: unit.clone(),
                    pinned: Some(unit),
                    may_be_awaitable: false,
                }
            }
            ReturnType::Type(arrow, ty) => {
                let (span, ty) = (arrow.spans[0], without_groups(*ty));
                let may_be_awaitable = !is_no_future(&ty);
                let (declared, pinned) = match ty {
                    Type::Never(never) => (spell_never(&never, paths), None),
                    ty => (ty.to_token_stream(), Some(pin(ty, declared, span))),
                };
                Output { arrow, written: true, span, declared, pinned, may_be_awaitable }
            }
        }
    }

    /// The span of the last token of the type, where rustc suggests an addition.
    pub(crate) fn end(&self) -> Span {
        let last = self.written.then(|| self.declared.clone().into_iter().last());
        last.flatten().map_or(self.span, |tree| match tree {
            TokenTree::Group(group) => group.span_close(),
            other => other.span(),
        })
    }
}

fn name(parameter: &LifetimeParam) -> String {
    parameter.lifetime.ident.to_string()
}

/// Replaces each `impl Trait` in the type by `_`, and each lifetime that is not in `declared` by
/// `'_`, unless `declared` is `None`.
///
/// If the whole type is one `impl Trait`, the `_` has the span `span`, so that errors about it are
/// at the return type.
fn pin(mut ty: Type, mut declared: Option<Vec<String>>, span: Span) -> TokenStream {
    types::walk(&mut ty, &mut |part| {
        match part {
            Part::Type(ty) => {
                if let Type::ImplTrait(opaque) = ty {
                    let underscore_token = Token![_](opaque.impl_token.span);
                    *ty = Type::Infer(TypeInfer { attrs: Vec::new(), underscore_token });
                    return Next::Pass;
                }
            }
            Part::For(lifetimes) => {
                if let Some(declared) = &mut declared {
                    declared.extend(lifetimes.lifetimes.iter().filter_map(|parameter| match parameter {
                        GenericParam::Lifetime(parameter) => Some(name(parameter)),
                        _ => None,
                    }));
                }
            }
            Part::Lifetime(lifetime) => {
                let unknown = |declared: &Vec<String>| !declared.iter().any(|name| lifetime.ident == name);
                if lifetime.ident != "static" && declared.as_ref().is_some_and(unknown) {
                    lifetime.ident = Ident::new("_", lifetime.ident.span());
                }
            }
            _ => {}
        }
        Next::Enter
    });
    match ty {
        Type::Infer(_) => quote_spanned!(ours().located_at(span)=> _),
        // `<dyn Trait + as Unreached>` is not valid.
        Type::TraitObject(mut object) => {
            object.bounds.pop_punct();
            object.into_token_stream()
        }
        ty => ty.into_token_stream(),
    }
}

/// Whether a type is certainly not a future. This holds for the output of nearly every coroutine.
fn is_no_future(ty: &Type) -> bool {
    const NAMES: &[&str] = &[
        "Result", "Option", "Vec", "String", "bool", "char", "u8", "u16", "u32", "u64", "u128", "usize",
        "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64", "HashMap", "BTreeMap", "HashSet",
        "BTreeSet", "VecDeque", "Duration", "Instant", "PathBuf", "ExitCode",
    ];
    match ty {
        Type::Tuple(_) | Type::Array(_) => true,
        Type::Reference(reference) => reference.mutability.is_none(),
        Type::Path(path) => {
            let last = path.path.segments.last();
            last.is_some_and(|last| NAMES.iter().any(|name| last.ident == name))
        }
        _ => false,
    }
}

/// The type itself. A type that was passed through a `macro_rules!` as `$ty:ty` is wrapped in an
/// invisible group.
fn without_groups(ty: Type) -> Type {
    match ty {
        Type::Group(group) => without_groups(*group.elem),
        other => other,
    }
}

/// A way to write the type `!`, which rustc accepts only after an arrow.
fn spell_never(never: &TypeNever, paths: &Paths) -> TokenStream {
    let (bang, trait_) = (&never.bang_token, paths.never());
    quote_spanned!(ours()=> <fn() -> #bang as #trait_>::T)
}
