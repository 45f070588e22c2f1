//! The option `dyn`: `BoxCoroutine<'gen_all, R>` names a lifetime that all the arguments outlive.
//!
//! ```text
//! // from
//! fn f<'a, T>(&self, x: &'a T) -> &u8
//! // into
//! fn f<'a: 'gen_all, 'gen_0: 'gen_all, 'gen_all, T: 'gen_all>(&'gen_0 self, x: &'a T)
//!     -> BoxCoroutine<'gen_all, &'gen_0 u8> where Self: 'gen_all
//! ```
//!
//! The same method in a trait and in its implementations gets the same names and bounds.

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Expr, FnArg, GenericParam, Generics, Ident, Lifetime, LifetimeParam, PredicateType, ReceiverKind,
    Signature, Token, Type, TypeFnPtr, TypeImplTrait, TypeParamBound, TypePtr, TypeReference, WherePredicate,
    parse_quote_spanned,
};

use crate::paths::ours;

/// Names every elided lifetime, and returns the one that all of them, and all type parameters, outlive.
pub(crate) fn name_all(signature: &mut Signature) -> Lifetime {
    let all = Lifetime::new("'gen_all", ours());
    let mut names = Names::default();
    let mut elided_in_output = ElidedInOutput::default();
    for input in &mut signature.inputs {
        let before = names.all.len();
        match input {
            FnArg::Receiver(receiver) => {
                names.visit_receiver_mut(receiver);
                elided_in_output.of_self = names.all.get(before).cloned();
            }
            FnArg::Typed(argument) => {
                names.visit_type_mut(&mut argument.ty);
                Outlive(&all).visit_type_mut(&mut argument.ty);
            }
        }
    }
    elided_in_output.only = Some(names.all.as_slice()).filter(|all| all.len() == 1).map(|all| all[0].clone());
    elided_in_output.visit_return_type_mut(&mut signature.output);
    declare(signature, &names, &all);
    all
}

/// Adds the new lifetimes to the generics, and that they and the rest outlive `all`.
fn declare(signature: &mut Signature, names: &Names, all: &Lifetime) {
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

/// Bounds each parameter by `all`, where the user has bounded it: clippy wants all bounds in one place.
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

/// The bounds of a predicate that is about the type parameter `name`.
fn bounds_of<'p>(predicate: &'p mut WherePredicate, name: &Ident) -> Option<&'p mut Bounds> {
    match predicate {
        WherePredicate::Type(PredicateType {
            lifetimes: None, bounded_ty: Type::Path(ty), bounds, ..
        }) if ty.path.is_ident(name) => Some(bounds),
        _ => None,
    }
}

/// Gives names to elided lifetimes, and collects all there are.
#[derive(Default)]
struct Names {
    /// Those we gave.
    elided: Vec<Lifetime>,
    /// Those we gave and those that were written, `'static` excepted, in the order in which they appear.
    all: Vec<Lifetime>,
    mentions_self: bool,
    /// Lifetimes bound by a `for<'a>` around us.
    bound: Vec<Lifetime>,
}

impl Names {
    fn next(&mut self, span: Span) -> Lifetime {
        let name = Lifetime::new(&format!("'gen_{}", self.elided.len()), ours().located_at(span));
        self.elided.push(name.clone());
        self.all.push(name.clone());
        name
    }

    fn visit_reference_lifetime(&mut self, and: Span, lifetime: &mut Option<Lifetime>) {
        match lifetime {
            None => *lifetime = Some(self.next(and)),
            Some(lifetime) => self.visit_lifetime_mut(lifetime),
        }
    }
}

impl VisitMut for Names {
    fn visit_receiver_kind_mut(&mut self, receiver: &mut ReceiverKind) {
        match receiver {
            ReceiverKind::Reference(and, lifetime, _) => self.visit_reference_lifetime(and.span, lifetime),
            other => visit_mut::visit_receiver_kind_mut(self, other),
        }
    }

    fn visit_type_reference_mut(&mut self, ty: &mut TypeReference) {
        self.visit_reference_lifetime(ty.and_token.span, &mut ty.lifetime);
        self.visit_type_mut(&mut ty.elem);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.next(lifetime.span());
        } else if lifetime.ident != "static" && !self.bound.contains(lifetime) && !self.all.contains(lifetime)
        {
            self.all.push(lifetime.clone());
        }
    }

    fn visit_ident_mut(&mut self, name: &mut Ident) {
        self.mentions_self |= name == "Self";
    }

    /// `for<'a>` declares lifetimes, which are none of the function's.
    fn visit_bound_lifetimes_mut(&mut self, bound: &mut syn::BoundLifetimes) {
        for parameter in &bound.lifetimes {
            if let GenericParam::Lifetime(parameter) = parameter {
                self.bound.push(parameter.lifetime.clone());
            }
        }
    }

    /// What is elided in `fn(&T)` belongs to the pointer.
    fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}

    /// Nor is what is elided in `Fn(&T)` ours.
    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut syn::ParenthesizedGenericArguments) {}

    fn visit_expr_mut(&mut self, _: &mut Expr) {}
}

/// `impl Trait` of an argument becomes `impl 'gen_all + Trait`.
struct Outlive<'a>(&'a Lifetime);

impl VisitMut for Outlive<'_> {
    fn visit_type_impl_trait_mut(&mut self, ty: &mut TypeImplTrait) {
        ty.bounds.push(TypeParamBound::Lifetime(self.0.clone()));
        visit_mut::visit_type_impl_trait_mut(self, ty);
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
        // `&impl Trait + 'a` is ambiguous; `&(impl Trait + 'a)` is not.
        if let Type::Reference(TypeReference { elem, .. }) | Type::Ptr(TypePtr { elem, .. }) = ty
            && let Type::ImplTrait(_) = **elem
        {
            let inner = std::mem::replace(&mut **elem, Type::Verbatim(proc_macro2::TokenStream::new()));
            **elem = parse_quote_spanned!(ours()=> (#inner));
        }
    }

    fn visit_expr_mut(&mut self, _: &mut Expr) {}
}

/// Writes out what an elided lifetime of the return type stands for: that of `self`, else the only one.
#[derive(Default)]
struct ElidedInOutput {
    of_self: Option<Lifetime>,
    only: Option<Lifetime>,
}

impl ElidedInOutput {
    fn meant(&self) -> Option<Lifetime> {
        self.of_self.as_ref().or(self.only.as_ref()).cloned()
    }
}

impl VisitMut for ElidedInOutput {
    fn visit_type_reference_mut(&mut self, ty: &mut TypeReference) {
        if ty.lifetime.is_none() {
            ty.lifetime = self.meant();
        }
        visit_mut::visit_type_reference_mut(self, ty);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_"
            && let Some(meant) = self.meant()
        {
            *lifetime = meant;
        }
    }

    fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}

    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut syn::ParenthesizedGenericArguments) {}

    fn visit_expr_mut(&mut self, _: &mut Expr) {}
}
