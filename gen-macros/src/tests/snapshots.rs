//! What is emitted, in files to read. `UPDATE_SNAPSHOTS=1 cargo test -p gen-macros` writes them anew.

use std::path::Path;

use proc_macro2::TokenStream;
use quote::quote;

use super::coroutine;
use crate::options::Attribute;
use crate::pipeline;

#[track_caller]
fn check(name: &str, tokens: TokenStream) {
    let file = syn::parse2(tokens).expect("the output is Rust");
    let actual = prettyplease::unparse(&file);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots").join(name).with_extension("rs");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, &actual).expect("snapshots can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(actual, expected, "the snapshot `{name}` differs");
}

#[test]
fn a_free_function() {
    let item = quote! {
        /// Documented.
        #[inline]
        pub(crate) fn fetch<'a, T: Clone>(url: &'a str, mut n: u32, (a, _): (T, T), _x: u8) -> Result<&'a str>
        where
            T: Send,
        {
            #![allow(unused)]
            let first = yield_!(get(url))?;
            let (a, b) = gen::yield_!((get(url), list.map(|x| x)))?;
            println!("{}", yield_!(get(yield_!(get(url))?))?);
            Ok(first)
        }
    };
    check("free_function", coroutine(TokenStream::new(), item));
}

#[test]
fn a_method_without_a_yield() {
    check(
        "method",
        coroutine(
            TokenStream::new(),
            quote!(
                fn get(&mut self) {
                    self.n += 1;
                }
            ),
        ),
    );
}

#[test]
fn a_declared_method() {
    let method = coroutine(
        quote!(send),
        quote!(
            fn get(&self, _: u8, mut n: u8) -> u8;
        ),
    );
    check("declared", quote!(trait Trait { #method }));
}

#[test]
fn async_contexts() {
    let item = quote! {
        fn contexts() {
            let block = async move { yield_!(a) };
            let nested = async { async { yield_!(a) }.await };
            let closure = async |n: u32| -> u8 { yield_!(n) };
            let expression = async move |n| yield_!(n) + 1;
            let without = async { a.await };
            m! { fn inner() { yield_!(untouched) } }
        }
    };
    check("async_contexts", coroutine(TokenStream::new(), item));
}

#[test]
fn boxed_and_elsewhere() {
    check(
        "boxed",
        coroutine(
            quote!(boxed, crate = my::rt),
            quote!(
                fn f(n: u32) -> ! {
                    yield_!(n);
                    loop {}
                }
            ),
        ),
    );
}

#[test]
fn erased() {
    let item = quote! {
        fn f<'a, T, const N: usize>(&self, x: &'a T, y: &mut Ref<'_, [u8; N]>, z: &impl Fn(&str)) -> (&u8, &'a T) {
            yield_!(x)
        }
    };
    check("erased", coroutine(quote!(dyn), item.clone()));
    check("erased_local", coroutine(quote!(dyn (local)), item));
}

#[test]
fn opaque_output() {
    check(
        "opaque",
        coroutine(
            TokenStream::new(),
            quote!(
                fn f() -> Result<impl Iterator<Item = u8>> {
                    yield_!(x)
                }
            ),
        ),
    );
}

#[test]
fn a_main_function() {
    let item = quote!(fn main() -> gen::Result { yield_!(x)?; Ok(()) });
    check("main", pipeline::run(Attribute::Main, TokenStream::new(), item));
}

#[test]
fn a_coroutine_that_a_return_ends() {
    let item = quote!(fn find(key: &Key) -> gen::Result<impl Iterator<Item = u8>> { look(key)?; yield_!(fetch(key)) });
    check("returns", coroutine(quote!(returns, boxed), item));
}

#[test]
fn an_engine() {
    let item = quote!(fn start(name: String) -> gen::Result { yield_!(name)?; Ok(()) });
    check("engine", pipeline::run(Attribute::Engine, TokenStream::new(), item));
}

#[test]
fn a_function_with_mistakes() {
    let item = quote! {
        const async fn f(list: Vec<u8>) -> gen::Result<Vec<u8>> {
            list.iter().map(|n| yield_!(n)).collect()
        }
    };
    check("mistakes", coroutine(quote!(boxd), item));
}
