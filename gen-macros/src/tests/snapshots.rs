//! The emitted code, as files to read. `UPDATE_SNAPSHOTS=1 cargo test -p gen-macros` writes them.

use std::path::Path;

use proc_macro2::TokenStream;
use quote::quote;

use super::coroutine;
use crate::pipeline;
use crate::pipeline::options::AttributeKind;

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
    check("main", pipeline::run(AttributeKind::Main, TokenStream::new(), item));
}

#[test]
fn a_main_function_on_tokio() {
    let item = quote!(fn main() -> gen::Result { yield_!(x)?; Ok(()) });
    check("main_on_tokio", pipeline::run(AttributeKind::Main, quote!(tokio, worker_threads = 4), item));
}

#[test]
fn a_test_function() {
    let item = quote!(
        #[ignore]
        fn waits() {
            yield_!(x).unwrap();
        }
    );
    check("test", pipeline::run(AttributeKind::Test, TokenStream::new(), item.clone()));
    check("test_on_tokio", pipeline::run(AttributeKind::Test, quote!(tokio, start_paused = true), item));
}

/// The attribute below makes the tests.
#[test]
fn a_test_function_of_several_cases() {
    let item = quote!(
        #[rstest]
        #[case(1)]
        fn waits(#[case] n: u32) -> gen::Result {
            yield_!(x)
        }
    );
    let options = quote!(limit = "2s", shuffled, leaks = "allowed");
    check("test_of_cases", pipeline::run(AttributeKind::Test, options, item));
}

#[test]
fn a_coroutine_that_a_return_ends() {
    let item = quote!(fn find(key: &Key) -> gen::Result<impl Iterator<Item = u8>> { look(key)?; yield_!(fetch(key)) });
    check("returns", coroutine(quote!(returns, boxed), item));
}

#[test]
fn an_engine() {
    let item = quote!(fn start(name: String) -> gen::Result { yield_!(name)?; Ok(()) });
    check("engine", pipeline::run(AttributeKind::Engine, TokenStream::new(), item));
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

#[test]
fn a_coroutine_of_constants_and_arrays() {
    let item = quote! {
        pub unsafe fn sum<const N: usize>(ref mut list: [u64; N], #[cfg(limit)] limit: u64, #[allow(unused)] mut n: u64) -> u64 {
            for element in list { n += yield_!(read(element)).unwrap(); }
            n
        }
    };
    check("constants", coroutine(TokenStream::new(), item));
}

#[test]
fn macros_of_the_body() {
    let item = quote! {
        fn shout(words: &[&str]) -> gen::Result<()> {
            macro_rules! say { ($word:expr) => { yield_!(write($word))? } }
            for word in words { say!(word) }
            select! { done = yield_!(first()) => {}, late = second() => return Err(late.into()) }
            Ok(())
        }
    };
    check("macros", coroutine(TokenStream::new(), item));
}

#[test]
fn an_implemented_method_of_a_trait() {
    let method = coroutine(
        quote!(send),
        quote!(
            fn get(self: Arc<Self>, Key(key): Key) -> Result<Value, Self::Error> {
                let held = self.lock().await;
                Ok(yield_!(held.get(key))?)
            }
        ),
    );
    check("implemented", quote!(impl Store for Shared { #method }));
}

#[test]
fn an_item_that_is_no_function() {
    check(
        "struct",
        coroutine(
            TokenStream::new(),
            quote!(
                pub struct S {
                    field: u8,
                }
            ),
        ),
    );
}

#[test]
fn an_engine_with_mistakes() {
    let item = quote!(fn start(&self, name: &str) -> gen::Result { yield_!(name)?; Ok(()) });
    let method = pipeline::run(AttributeKind::Engine, quote!(boxed), item);
    check("engine_mistakes", quote!(impl S { #method }));
}

#[test]
fn a_nested_coroutine() {
    let item = quote! {
        fn outer() -> u8 {
            #[gen::coroutine]
            fn inner(n: u8) -> u8 { yield_!(read(n)) }
            yield_!(gen::multi(vec![inner(1), inner(2)])).iter().sum()
        }
    };
    check("nested", coroutine(TokenStream::new(), item));
}

#[test]
fn a_function_made_by_a_macro() {
    // A `macro_rules!` puts invisible groups around its `$body:block` and `$ty:ty`.
    let unseen = |tokens: TokenStream| proc_macro2::Group::new(proc_macro2::Delimiter::None, tokens);
    let (ty, body) = (unseen(quote!(Vec<u8>)), unseen(quote!({ yield_!(list()) })));
    check("made_by_a_macro", coroutine(TokenStream::new(), quote!(fn f() -> #ty #body)));
}
