//! The option `dyn`. The lifetime in `BoxCoroutine<'gen_all, R>` is one that all arguments outlive.
//!
//! ```text
//! // from
//! fn f<'a, T>(&self, x: &'a T) -> &u8
//! // into
//! fn f<'a: 'gen_all, 'gen_0: 'gen_all, 'gen_all, T: 'gen_all>(&'gen_0 self, x: &'a T)
//!     -> BoxCoroutine<'gen_all, &'gen_0 u8> where Self: 'gen_all
//! ```
//!
//! A method gets the same names and bounds in a trait and in the implementations of the trait.

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::{
    BoundLifetimes, FnArg, GenericParam, Generics, Ident, Lifetime, LifetimeParam, PredicateType,
    ReceiverKind, ReturnType, Signature, Token, Type, TypeParamBound, TypePtr, TypeReference, WherePredicate,
    parse_quote_spanned,
};

use crate::pipeline::paths::ours;
use crate::pipeline::types::{self, Next, Part};

/// Gives each elided lifetime a name. Returns the lifetime that all of them outlive, and all type
/// parameters.
pub(crate) fn name_all(signature: &mut Signature) -> Lifetime {
    let all = Lifetime::new("'gen_all", ours());
    let mut names = LifetimeNames::default();
    let mut of_self = None;
    for input in &mut signature.inputs {
        let before = names.all.len();
        match input {
            FnArg::Receiver(receiver) => {
                names.name_in_receiver(&mut receiver.kind);
                of_self = names.all.get(before).cloned();
            }
            FnArg::Typed(argument) => {
                names.name_in(&mut argument.ty);
                outlive_opaque(&mut argument.ty, &all);
            }
        }
    }
    let only = Some(names.all.as_slice()).filter(|all| all.len() == 1).map(|all| all[0].clone());
    if let (Some(meant), ReturnType::Type(_, ty)) = (of_self.or(only), &mut signature.output) {
        write_out(ty, &meant);
    }
    declare(signature, &names, &all);
    all
}

/// Declares the new lifetimes, and adds the bounds by which they and the other parameters outlive
/// `all`.
fn declare(signature: &mut Signature, names: &LifetimeNames, all: &Lifetime) {
    let mentions_self = names.mentions_self || signature.receiver().is_some();
    let generics = &mut signature.generics;
    let declared: Vec<Lifetime> = generics.lifetimes().map(|parameter| parameter.lifetime.clone()).collect();
    outlive(generics, all);
    for (offset, elided) in names.elided.iter().enumerate() {
        let mut parameter = LifetimeParam::new(elided.clone());
        parameter.bounds.push(all.clone());
        generics.params.insert(declared.len() + offset, GenericParam::Lifetime(parameter));
    }
    let end = declared.len() + names.elided.len();
    generics.params.insert(end, GenericParam::Lifetime(LifetimeParam::new(all.clone())));

    let of_the_impl = |name: &&Lifetime| !declared.contains(name) && !names.elided.contains(name);
    let mut bounds: Vec<WherePredicate> = Vec::new();
    for name in names.all.iter().filter(of_the_impl) {
        bounds.push(parse_quote_spanned!(ours()=> #name: #all));
    }
    if mentions_self {
        bounds.push(parse_quote_spanned!(ours()=> Self: #all));
    }
    if !bounds.is_empty() {
        generics.make_where_clause().predicates.extend(bounds);
    }
}

/// Adds the bound `all` to each parameter, where the user has written its bounds: clippy reports
/// bounds of one parameter in two places.
fn outlive(generics: &mut Generics, all: &Lifetime) {
    let Generics { params, where_clause, .. } = generics;
    let mut predicates: Vec<&mut WherePredicate> = match where_clause {
        Some(clause) => clause.predicates.iter_mut().collect(),
        None => Vec::new(),
    };
    for parameter in params {
        match parameter {
            GenericParam::Type(parameter) => {
                let bounds =
                    predicates.iter_mut().find_map(|predicate| bounds_of(predicate, &parameter.ident));
                bounds.unwrap_or(&mut parameter.bounds).push(TypeParamBound::Lifetime(all.clone()));
            }
            GenericParam::Lifetime(parameter) => parameter.bounds.push(all.clone()),
            GenericParam::Const(_) => {}
        }
    }
}

type Bounds = Punctuated<TypeParamBound, Token![+]>;

/// The bounds of a `where` predicate on the type parameter `name`.
fn bounds_of<'p>(predicate: &'p mut WherePredicate, name: &Ident) -> Option<&'p mut Bounds> {
    match predicate {
        WherePredicate::Type(PredicateType {
            lifetimes: None, bounded_ty: Type::Path(ty), bounds, ..
        }) if ty.path.is_ident(name) => Some(bounds),
        _ => None,
    }
}

/// Gives names to elided lifetimes, and collects all lifetimes.
#[derive(Default)]
struct LifetimeNames {
    /// The names that were given.
    elided: Vec<Lifetime>,
    /// These and the lifetimes that were written, except `'static`, in the order of the signature.
    all: Vec<Lifetime>,
    mentions_self: bool,
    /// The lifetimes that an enclosing `for<'a>` declares.
    bound: Vec<Lifetime>,
}

impl LifetimeNames {
    fn next(&mut self, span: Span) -> Lifetime {
        let name = Lifetime::new(&format!("'gen_{}", self.elided.len()), ours().located_at(span));
        self.elided.push(name.clone());
        self.all.push(name.clone());
        name
    }

    fn name_in_receiver(&mut self, receiver: &mut ReceiverKind) {
        match receiver {
            ReceiverKind::Reference(_, Some(lifetime), _) => self.name(lifetime),
            ReceiverKind::Reference(and, lifetime, _) => *lifetime = Some(self.next(and.span)),
            ReceiverKind::Typed(_, ty) => self.name_in(ty),
            _ => {}
        }
    }

    fn name_in(&mut self, ty: &mut Type) {
        types::walk(ty, &mut |part| {
            match part {
                Part::Type(Type::Reference(reference)) if reference.lifetime.is_none() => {
                    reference.lifetime = Some(self.next(reference.and_token.span));
                }
                Part::Lifetime(lifetime) => self.name(lifetime),
                Part::Word(word) => self.mentions_self |= word == "Self",
                // The lifetimes that a `for<..>` declares are not parameters of the function.
                Part::For(lifetimes) => {
                    self.bind(lifetimes);
                    return Next::Pass;
                }
                part if elides_for_itself(&part) => return Next::Pass,
                _ => {}
            }
            Next::Enter
        });
    }

    fn name(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.next(lifetime.span());
        } else if lifetime.ident != "static" && !self.bound.contains(lifetime) && !self.all.contains(lifetime)
        {
            self.all.push(lifetime.clone());
        }
    }

    fn bind(&mut self, bound: &BoundLifetimes) {
        for parameter in &bound.lifetimes {
            if let GenericParam::Lifetime(parameter) = parameter {
                self.bound.push(parameter.lifetime.clone());
            }
        }
    }
}

/// Whether lifetimes that are elided in this part belong to it, as in `fn(&T)` and `Fn(&T)`.
fn elides_for_itself(part: &Part<'_>) -> bool {
    matches!(part, Part::Call | Part::Type(Type::FnPtr(_)))
}

/// Turns each `impl Trait` in the type of an argument into `impl 'gen_all + Trait`.
fn outlive_opaque(ty: &mut Type, all: &Lifetime) {
    types::walk(ty, &mut |part| {
        match part {
            Part::Type(Type::ImplTrait(opaque)) => {
                opaque.bounds.push(TypeParamBound::Lifetime(all.clone()));
            }
            // `&impl Trait + 'a` is ambiguous; `&(impl Trait + 'a)` is not.
            Part::End(Type::Reference(TypeReference { elem, .. }) | Type::Ptr(TypePtr { elem, .. }))
                if matches!(**elem, Type::ImplTrait(_)) =>
            {
                let inner = std::mem::replace(&mut **elem, Type::Verbatim(proc_macro2::TokenStream::new()));
                **elem = parse_quote_spanned!(ours()=> (#inner));
            }
            _ => {}
        }
        Next::Enter
    });
}

/// Writes out the elided lifetimes of the return type. They stand for that of `self`, or else for
/// the only lifetime of the arguments.
fn write_out(ty: &mut Type, meant: &Lifetime) {
    types::walk(ty, &mut |part| {
        match part {
            Part::Type(Type::Reference(reference)) if reference.lifetime.is_none() => {
                reference.lifetime = Some(meant.clone());
            }
            Part::Lifetime(lifetime) if lifetime.ident == "_" => *lifetime = meant.clone(),
            part if elides_for_itself(&part) => return Next::Pass,
            _ => {}
        }
        Next::Enter
    });
}
