//! The return type `R`: what the signature says, and how the machine is held to it.
//!
//! rustc does not know what an `async` block returns until it has seen it, so `return x`, `?` and the last
//! expression would have to agree among themselves. A statement before the body holds them all to `R`:
//!
//! ```text
//! match () { () => {} _ => return <R as Unreached>::output() }
//! match () { () => { body } _ => <R as Unreached>::output() }
//! ```
//!
//! The second arms cannot be reached: their types are checked, but no code is made of them, not even a drop flag.
//! (An `if false` would leave flags, and what follows a `break` is reported as unreachable.) An `impl Trait` in
//! `R` is left to inference: `_`. So is a lifetime that the function does not declare, `'_`: if nobody does, rustc misses it once, in the signature.
//!
//! In an arm, temporaries of the body's last expression are dropped at its end, before the arguments, on every
//! edition; and rustc does not find that its braces could go. The arm is what the `async` block ends with, so that
//! clippy finds a `return` at its end which need not be there. But clippy also reports an `async` block that ends in
//! a future. So where `R` may be one, the `match` is returned; because of the other arm, rustc does not find that a
//! body which never ends makes that unreachable.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{GenericParam, Ident, LifetimeParam, ReturnType, Signature, Token, Type, TypeInfer, TypeNever};

use crate::options::Threads;
use crate::paths::{Paths, ours};
use crate::types::{self, Next, Part};

/// What a function returns when it is done.
pub(crate) struct Output {
    /// As it was written, or ours.
    pub(crate) arrow: Token![->],
    /// Whether it was.
    pub(crate) written: bool,
    /// Where it says so: the arrow, else the end of the arguments. Neither means anything to an editor.
    pub(crate) span: Span,
    /// As `Output = ..` says it.
    pub(crate) declared: TokenStream,
    /// What the body is held to: that, but for what is left to inference. Nothing if it is `!`.
    pub(crate) pinned: Option<TokenStream>,
    /// Unless its tokens show that it is no future.
    pub(crate) may_be_awaitable: bool,
}

/// In which form the machine is handed out.
pub(crate) enum Returned {
    /// As it is, behind `impl Coroutine`.
    Machine,
    /// In a box, behind `impl Coroutine`.
    Boxed,
    /// In a box whose type has a name, with the lifetime that everything in it outlives.
    Erased(Threads, syn::Lifetime),
}

impl Output {
    /// Takes the return type out of `signature`.
    pub(crate) fn take(signature: &mut Signature, returned: &Returned, paths: &Paths) -> Output {
        let declared = match returned {
            Returned::Machine | Returned::Boxed => Some(signature.generics.lifetimes().map(name).collect()),
            // The type of the box says the lifetime, and takes no other.
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

    /// The last token of what it says: there rustc suggests to add something to it.
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

/// The type with `_` for each `impl Trait` in it, and `'_` for each lifetime that is not declared, if it is known which are.
///
/// If all of it is one `impl Trait`, what rustc says of the `_` is about the return type at `span`.
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
        // `<dyn Trait + as Unreached>` is none.
        Type::TraitObject(mut object) => {
            object.bounds.pop_punct();
            object.into_token_stream()
        }
        ty => ty.into_token_stream(),
    }
}

/// Whether a type is certainly no future: what nearly all coroutines return is not.
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

/// The type itself, also when it was handed through a `macro_rules!` as `$ty:ty`.
fn without_groups(ty: Type) -> Type {
    match ty {
        Type::Group(group) => without_groups(*group.elem),
        other => other,
    }
}

/// `!` is no type elsewhere than behind an arrow.
fn spell_never(never: &TypeNever, paths: &Paths) -> TokenStream {
    let (bang, trait_) = (&never.bang_token, paths.never());
    quote_spanned!(ours()=> <fn() -> #bang as #trait_>::T)
}
