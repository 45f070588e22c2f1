//! Where the yields of a body stand. This looks at syntax, so it needs a body that can be parsed.
//! If a body cannot be, rustc reports why.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Block, Expr, Macro, MacroDelimiter, Token};

use crate::pipeline::mistakes::Mistakes;
use crate::pipeline::parse::{Body, Function};
use crate::pipeline::scan::BodyScan;
use crate::pipeline::tokens::{is, regroup};

/// Reports every yield that cannot stand where it does. Returns the paths by which the body calls
/// `yield_!`, if there is such a mistake, or if the body is `hidden` from rustc anyway.
pub(crate) fn check(
    function: &mut Function,
    scan: &BodyScan,
    hidden: bool,
    mistakes: &mut Mistakes,
) -> Option<Vec<TokenStream>> {
    let none = hidden.then(Vec::new);
    let (Body::Block(group), Some(outline)) = (&function.body, &scan.outline) else { return none };
    let parse = |tokens: TokenStream| Block::parse_within.parse2(tokens);
    let parsed = if scan.invisible_groups {
        parse(without_invisible_groups(group.stream()))
    } else {
        // In the outline a group may be empty that must not be, such as the `()` of `pub(crate)`.
        parse(outline.clone()).or_else(|_| parse(group.stream()))
    };
    let Ok(mut statements) = parsed else {
        function.body.point_at_ends();
        return none;
    };
    let before = mistakes.len();
    let mut visitor = YieldVisitor { scope: Scope::Coroutine, mistakes, in_macro: false, names: Vec::new() };
    for statement in &mut statements {
        visitor.visit_stmt_mut(statement);
    }
    let names = visitor.names;
    if hidden {
        // The mistake because of which the body is hidden has been reported.
        mistakes.forget_after(before);
    }
    (hidden || mistakes.len() > before).then_some(names)
}

/// The tokens without the invisible groups that a `macro_rules!` puts around its arguments. They
/// are parsed, and not emitted.
fn without_invisible_groups(tokens: TokenStream) -> TokenStream {
    let mut flat = TokenStream::new();
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => {
                let inner = without_invisible_groups(group.stream());
                if group.delimiter() == Delimiter::None {
                    inner.to_tokens(&mut flat);
                } else {
                    flat.append(regroup(&group, inner));
                }
            }
            other => flat.append(other),
        }
    }
    flat
}

/// The context of an expression, as far as it matters to a yield.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// The coroutine itself, or an `async` block or closure in it. A yield suspends it.
    Coroutine,
    /// A closure that is not `async`. It must return to the code that calls it, without a
    /// suspension.
    Closure,
    /// A nested function without an attribute of ours.
    Function,
    /// A constant, which the compiler computes.
    Constant,
}

impl Scope {
    /// The mistake of a yield in this scope, and the code to write instead.
    fn complaint(self) -> Option<(&'static str, &'static str)> {
        match self {
            Scope::Coroutine => None,
            Scope::Closure => Some((
                "`yield_!` cannot stand in a closure: the code that calls the closure cannot be suspended",
                "use a `for` loop or a `match`, or let the closure return futures and yield all of them: \
                 `yield_!(iter.map(..).collect::<Vec<_>>())`",
            )),
            Scope::Function => Some((
                "`yield_!` cannot stand in a plain `fn`, even within a coroutine",
                "make that function a coroutine, `#[gen::coroutine] fn ..`, and yield its call",
            )),
            Scope::Constant => Some((
                "`yield_!` cannot stand in a constant: the compiler evaluates it",
                "yield into a `let` before it; if it is the length of an array, use a `Vec`",
            )),
        }
    }
}

/// Parses a list of expressions, the form that most macros take.
const EXPRESSIONS: fn(ParseStream<'_>) -> syn::Result<Punctuated<Expr, Token![,]>> =
    Punctuated::parse_terminated;

/// Visits the body. It changes nothing, but implements `VisitMut` because
/// [`types`](crate::pipeline::types) does: each of the two visitor traits of syn that is used costs
/// a seventh of a second when this crate is built.
struct YieldVisitor<'a> {
    scope: Scope,
    mistakes: &'a mut Mistakes,
    /// Whether this is in the arguments of a macro, which may turn them into something else.
    in_macro: bool,
    /// The paths by which the body calls `yield_!`.
    names: Vec<TokenStream>,
}

impl YieldVisitor<'_> {
    fn within(&mut self, scope: Scope, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.scope, scope);
        visit(self);
        self.scope = outer;
    }

    /// The scope of an `async` block or closure. If a plain function is around it, that is still
    /// not a coroutine.
    fn asynchronous(&self) -> Scope {
        if self.scope == Scope::Function { Scope::Function } else { Scope::Coroutine }
    }

    /// Visits a nested function. In the arguments of a macro it may become a coroutine; if it does
    /// not, the expansion of `yield_!` itself is an error.
    fn function(&mut self, is_coroutine: bool, visit: impl FnOnce(&mut Self)) {
        if !self.in_macro && !is_coroutine {
            self.within(Scope::Function, visit);
        }
    }

    /// Visits the arguments of a macro, if they can be parsed as expressions or statements.
    fn arguments(&mut self, tokens: &TokenStream) {
        if BodyScan::of(tokens.clone()).outline.is_none() {
            return;
        }
        let outside = std::mem::replace(&mut self.in_macro, true);
        if let Ok(mut expressions) = EXPRESSIONS.parse2(tokens.clone()) {
            expressions.iter_mut().for_each(|expression| self.visit_expr_mut(expression));
        } else if let Ok(mut statements) = Block::parse_within.parse2(tokens.clone()) {
            statements.iter_mut().for_each(|statement| self.visit_stmt_mut(statement));
        }
        self.in_macro = outside;
    }
}

impl VisitMut for YieldVisitor<'_> {
    fn visit_macro_mut(&mut self, invocation: &mut Macro) {
        let path = &invocation.path;
        if path.segments.last().is_some_and(|segment| segment.ident == "yield_") {
            if let Some((wrong, help)) = self.scope.complaint() {
                self.mistakes.report(path, wrong, help);
            } else if let Some(list) = several_expressions(&invocation.tokens) {
                self.mistakes.report(&list, "`yield_!` takes one expression", several(&invocation.delimiter));
            }
            // `use Self::..` is not valid.
            if path.segments.first().is_some_and(|first| first.ident != "Self") {
                self.names.push(path.to_token_stream());
            }
        } else if path.is_ident("r#yield") && self.scope == Scope::Coroutine {
            self.mistakes.report(
                path,
                "the macro is called `yield_!`: `yield` is a keyword of Rust",
                "write `yield_!(..)`",
            );
        }
        if !invocation.path.is_ident("macro_rules") {
            self.arguments(&invocation.tokens);
        }
    }

    /// The keyword `yield`, which is not stable, and not allowed in an `async` block.
    fn visit_expr_yield_mut(&mut self, expression: &mut syn::ExprYield) {
        if self.scope == Scope::Coroutine && !self.in_macro {
            self.mistakes.report(
                &expression.yield_token,
                "a coroutine does not suspend with `yield`: Rust reserves that keyword for generators",
                "write `yield_!(..)`",
            );
        }
        visit_mut::visit_expr_yield_mut(self, expression);
    }

    fn visit_expr_closure_mut(&mut self, closure: &mut syn::ExprClosure) {
        let scope = if closure.asyncness.is_some() { self.asynchronous() } else { Scope::Closure };
        self.within(scope, |this| visit_mut::visit_expr_closure_mut(this, closure));
    }

    fn visit_expr_async_mut(&mut self, block: &mut syn::ExprAsync) {
        self.within(self.asynchronous(), |this| visit_mut::visit_expr_async_mut(this, block));
    }

    fn visit_expr_const_mut(&mut self, block: &mut syn::ExprConst) {
        self.within(Scope::Constant, |this| visit_mut::visit_expr_const_mut(this, block));
    }

    fn visit_expr_repeat_mut(&mut self, repeat: &mut syn::ExprRepeat) {
        self.visit_expr_mut(&mut repeat.expr);
        self.within(Scope::Constant, |this| this.visit_expr_mut(&mut repeat.len));
    }

    fn visit_type_array_mut(&mut self, array: &mut syn::TypeArray) {
        self.within(Scope::Constant, |this| visit_mut::visit_type_array_mut(this, array));
    }

    fn visit_generic_argument_mut(&mut self, argument: &mut syn::GenericArgument) {
        self.within(Scope::Constant, |this| visit_mut::visit_generic_argument_mut(this, argument));
    }

    fn visit_variant_mut(&mut self, variant: &mut syn::Variant) {
        self.within(Scope::Constant, |this| visit_mut::visit_variant_mut(this, variant));
    }

    fn visit_item_const_mut(&mut self, item: &mut syn::ItemConst) {
        self.within(Scope::Constant, |this| visit_mut::visit_item_const_mut(this, item));
    }

    fn visit_item_static_mut(&mut self, item: &mut syn::ItemStatic) {
        self.within(Scope::Constant, |this| visit_mut::visit_item_static_mut(this, item));
    }

    fn visit_impl_item_const_mut(&mut self, item: &mut syn::ImplItemConst) {
        self.within(Scope::Constant, |this| visit_mut::visit_impl_item_const_mut(this, item));
    }

    fn visit_trait_item_const_mut(&mut self, item: &mut syn::TraitItemConst) {
        self.within(Scope::Constant, |this| visit_mut::visit_trait_item_const_mut(this, item));
    }

    fn visit_item_fn_mut(&mut self, item: &mut syn::ItemFn) {
        self.function(makes_a_coroutine(&item.attrs), |this| visit_mut::visit_item_fn_mut(this, item));
    }

    fn visit_impl_item_fn_mut(&mut self, item: &mut syn::ImplItemFn) {
        self.function(makes_a_coroutine(&item.attrs), |this| visit_mut::visit_impl_item_fn_mut(this, item));
    }

    fn visit_trait_item_fn_mut(&mut self, item: &mut syn::TraitItemFn) {
        self.function(makes_a_coroutine(&item.attrs), |this| visit_mut::visit_trait_item_fn_mut(this, item));
    }
}

/// The expressions, if the tokens are more than one, with commas between them.
fn several_expressions(tokens: &TokenStream) -> Option<Punctuated<Expr, Token![,]>> {
    let has_commas = tokens.clone().into_iter().any(|tree| is(&tree, ','));
    let list = has_commas.then(|| EXPRESSIONS.parse2(tokens.clone()).ok()).flatten()?;
    (list.len() > 1).then_some(list)
}

/// How to yield several expressions, given the delimiter that was written.
fn several(delimiter: &MacroDelimiter) -> &'static str {
    match delimiter {
        MacroDelimiter::Bracket(_) => {
            "to wait for several at once, yield a list in parentheses: `yield_!([a, b])`"
        }
        _ => "to wait for several at once, yield a tuple: `yield_!((a, b))`",
    }
}

/// Whether the attributes of a nested function make it a coroutine. Renamed attributes are not
/// recognized; if such a function is not a coroutine, the expansion of `yield_!` itself is an
/// error.
fn makes_a_coroutine(attributes: &[Attribute]) -> bool {
    const NAMES: [&str; 5] = ["coroutine", "co", "engine", "main", "test"];
    attributes.iter().any(|attribute| {
        let last = attribute.path().segments.last();
        last.is_some_and(|last| NAMES.iter().any(|name| last.ident == name))
    })
}
