//! No tokens make the attributes panic, and a function that parses becomes one that parses.

use fastrand::Rng;
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

use super::coroutine;
use crate::pipeline;
use crate::pipeline::options::AttributeKind;

/// Pieces of Rust with everything that the attribute looks at.
const SOURCES: [&str; 9] = [
    "/// Doc\n #[inline] pub(crate) unsafe fn f<'a, T: A<B>, const N: usize>(mut self: Box<Self>, #[cfg(x)] mut a: &'a T, \
     (b, ref mut c): (u8, [u8; N]), _: impl Fn(&u8) -> u8) -> Result<&'a T, E> where T: 'a { yield_!((a, b))?; a }",
    "const async extern \"C\" fn f(&self, x: u8, ...) -> impl Iterator<Item = u8> { #![allow(x)] list.map(|x| yield_!(x)) }",
    "fn f(&mut self) -> ! { async move |x: u8| -> u8 { gen::yield_!(x) }; async |y| yield_!(y) + 1; async { yield_!(z) } }",
    "fn f() { macro_rules! m { ($x:expr) => { yield_!($x) } } fn g<T>() -> A<{ 1 }> { yield_!(x) } println!(\"{}\", yield_!(x)?) }",
    "fn f(x: &dyn Fn(&u8) -> &u8, y: for<'b> fn(&'b u8), z: (&u8, Ref<'_, u8>)) -> (&u8, Ref<'_, fn(&u8)>);",
    "default fn f() -> [u8; { let x = 1; yield_!(x) }] { const X: u8 = yield_!(1); [0; yield_!(2)] }",
    "struct S { x: u8 }",
    "impl S { fn f(&self) -> u8 { yield_!(x) } }",
    "boxed, dyn(local), send, crate = ::a::b, returns, dyn = 3, boxed(x)",
];

/// A generator with a fixed seed: every run is the same.
struct Random(Rng);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0.usize(..end.max(1))
    }

    /// A tree that may confuse the attribute.
    fn tree(&mut self, pool: &[TokenTree]) -> TokenTree {
        match self.below(8) {
            0 => TokenTree::Group(Group::new(
                Delimiter::None,
                pool.iter().take(self.below(4)).cloned().collect(),
            )),
            1 => TokenTree::Group(Group::new(Delimiter::Brace, TokenStream::new())),
            2 => TokenTree::Punct(Punct::new(
                ['!', '|', '<', '>', '@', ',', ';', '#', '\''][self.below(9)],
                Spacing::Joint,
            )),
            3 => {
                let word = ["fn", "async", "move", "yield_", "self", "Self", "dyn", "crate", "impl", "mut"]
                    [self.below(10)];
                TokenTree::Ident(Ident::new(word, Span::call_site()))
            }
            4 => TokenTree::Literal(Literal::string("x")),
            _ => pool[self.below(pool.len())].clone(),
        }
    }

    /// Drops, doubles, replaces, swaps or wraps a few trees, at any depth.
    fn mutate(&mut self, tokens: TokenStream, pool: &[TokenTree]) -> TokenStream {
        let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
        for _ in 0..=self.below(2) {
            let position = self.below(trees.len());
            match (self.below(7), trees.get(position).cloned()) {
                (0, Some(_)) => drop(trees.remove(position)),
                (1, Some(tree)) => trees.insert(position, tree),
                (2, Some(_)) => trees[position] = self.tree(pool),
                (3, Some(_)) => {
                    let other = self.below(trees.len());
                    trees.swap(position, other);
                }
                (4, Some(tree)) => {
                    trees[position] = TokenTree::Group(Group::new(Delimiter::None, tree.into()));
                }
                (5 | 6, Some(TokenTree::Group(group))) => {
                    let inner = self.mutate(group.stream(), pool);
                    trees[position] = TokenTree::Group(Group::new(group.delimiter(), inner));
                }
                _ => trees.insert(position, self.tree(pool)),
            }
        }
        trees.into_iter().collect()
    }
}

fn parse(source: &str) -> TokenStream {
    source.parse().expect("tokens")
}

/// Every tree, at any depth.
fn all_trees(tokens: TokenStream, into: &mut Vec<TokenTree>) {
    for tree in tokens {
        if let TokenTree::Group(group) = &tree {
            all_trees(group.stream(), into);
        }
        into.push(tree);
    }
}

#[test]
fn no_tokens_make_it_panic_and_what_parses_still_does() {
    let mut pool = Vec::new();
    for source in SOURCES {
        all_trees(parse(source), &mut pool);
    }
    let mut random = Random(Rng::with_seed(1));
    let mut parsed = 0;
    for round in 0..6000 {
        let source = SOURCES[random.below(SOURCES.len())];
        let mut item = parse(source);
        for _ in 0..random.below(4) {
            item = random.mutate(item, &pool);
        }
        let options = match random.below(4) {
            0 => TokenStream::new(),
            1 => parse("dyn"),
            2 => parse("boxed, send, crate = a"),
            _ => random.mutate(parse(SOURCES[8]), &pool),
        };
        let attribute = match random.below(8) {
            0 => AttributeKind::Main,
            1 => AttributeKind::Engine,
            2 => AttributeKind::Test,
            _ => AttributeKind::Coroutine,
        };
        let output = pipeline::run(attribute, options.clone(), item.clone());
        if syn::parse2::<syn::ItemFn>(item.clone()).is_ok() {
            parsed += 1;
            assert!(
                syn::parse2::<syn::File>(output.clone()).is_ok(),
                "round {round}\noptions {options}\nitem {item}\noutput {output}"
            );
        }
    }
    assert!(parsed > 500, "only {parsed} of the items were functions");
}

/// An editor passes each prefix of a function while it is being typed.
#[test]
fn no_prefix_makes_it_panic() {
    for source in SOURCES {
        let trees: Vec<TokenTree> = parse(source).into_iter().collect();
        for end in 0..trees.len() {
            let item: TokenStream = trees[..end].iter().cloned().collect();
            let output = coroutine(TokenStream::new(), item);
            assert!(!output.is_empty(), "an unfinished item is not lost");
        }
    }
}

/// `dyn` adds a bound to each `impl Trait`, which needs parentheses if it stands behind a `&` or
/// `*`.
#[test]
fn an_opaque_argument_behind_a_pointer_still_parses() {
    for ty in ["*mut impl A", "&impl A", "&mut *const impl A", "Box<*mut impl A>"] {
        let output = coroutine(parse("dyn"), parse(&format!("fn f(x: {ty}) {{}}")));
        assert!(syn::parse2::<syn::File>(output.clone()).is_ok(), "{ty}\n{output}");
    }
}

/// The parser takes a `let` for an expression. But braces around it need a semicolon.
#[test]
fn a_let_behind_an_async_closure_stays_as_it_was() {
    let item = "fn f() { async || let x = yield_!(y) }";
    let output = coroutine(TokenStream::new(), parse(item));
    assert!(syn::parse2::<syn::ItemFn>(parse(item)).is_ok(), "the parser takes it");
    assert!(syn::parse2::<syn::File>(output.clone()).is_ok(), "{output}");
}

/// An expression before the `else` of a `let` cannot end in a brace.
#[test]
fn an_async_closure_before_an_else_still_parses() {
    for item in [
        "fn f() { let editor = async || yield_!() else { }; }",
        "fn f() { let editor = async move |x| x + yield_!(y) else { return };  }",
    ] {
        let output = coroutine(TokenStream::new(), parse(item));
        assert!(syn::parse2::<syn::File>(output.clone()).is_ok(), "{output}");
    }
}

/// This yield is a mistake. Its path must not be emitted in a `use`, as `Self` has no macros.
#[test]
fn a_yield_of_self_in_a_constant_still_parses() {
    let output = coroutine(TokenStream::new(), parse("fn default() { [0; Self::yield_!()] }"));
    assert!(syn::parse2::<syn::File>(output.clone()).is_ok(), "{output}");
}

/// The `$it` of a macro is an invisible group. The parser takes this `yield_! Name {}` for an item,
/// not for a call with arguments.
#[test]
fn an_invisible_group_behind_a_yield_still_parses() {
    let name = Group::new(Delimiter::None, parse("Name {}"));
    let item = quote::quote!(fn f() { yield_! #name });
    let output = coroutine(TokenStream::new(), item.clone());
    assert!(syn::parse2::<syn::ItemFn>(item).is_ok(), "the parser takes it");
    assert!(syn::parse2::<syn::File>(output.clone()).is_ok(), "{output}");
}

/// After `<dyn Trait +` another bound may follow, but not `as`.
#[test]
fn a_trait_object_that_ends_in_a_plus_still_parses() {
    let item = parse("fn outer() -> dyn Sync + {}");
    let output = coroutine(TokenStream::new(), item.clone());
    assert!(syn::parse2::<syn::ItemFn>(item).is_ok(), "the parser takes it");
    assert!(syn::parse2::<syn::File>(output.clone()).is_ok(), "{output}");
}
