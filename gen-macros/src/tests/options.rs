//! The grammar of the options.

use proc_macro2::TokenStream;
use quote::quote;

use super::{coroutine, errors};

fn messages(options: TokenStream) -> Vec<String> {
    errors(&coroutine(
        options,
        quote!(
            fn f() {}
        ),
    ))
}

#[test]
fn good_options_give_no_error() {
    for options in [
        quote!(),
        quote!(boxed),
        quote!(dyn),
        quote!(dyn (local)),
        quote!(send),
        quote!(returns),
        quote!(returns, dyn (local)),
        quote!(boxed, send,),
        quote!(crate = a::b),
        quote!(crate = ::a, dyn),
        quote!(send, crate = crate::a, boxed),
    ] {
        assert_eq!(messages(options.clone()), Vec::<String>::new(), "{options}");
    }
}

#[test]
fn each_mistake_is_reported_once_and_all_are() {
    for (options, expected) in [
        (quote!(boxd), "did you mean `boxed`?"),
        (quote!(Boxed), "did you mean `boxed`?"),
        (quote!(Box), "did you mean `boxed`?"),
        (quote!(dny), "did you mean `dyn`?"),
        (quote!(sned), "did you mean `send`?"),
        (quote!(krate = x), "did you mean `crate = path`?"),
        (quote!(frobnicate), "the options are `boxed`, `dyn`, `send`, `returns`, `crate = path`"),
        (quote!(return), "did you mean `returns`?"),
        (quote!(returns, returns), "given twice"),
        (quote!(boxed, boxed), "given twice"),
        (quote!(dyn, dyn (local)), "given twice"),
        (quote!(dyn, boxed), "cannot be combined"),
        (quote!(send, dyn (local)), "contradict each other"),
        (quote!(dyn()), "`dyn` takes `local` or nothing"),
        (quote!(dyn(a, b, c)), "`dyn` takes `local` or nothing"),
        (quote!(crate), "needs the path"),
        (quote!(crate = "x"), "needs the path"),
        (quote!(crate =), "needs the path"),
        (quote!(boxed(1)), "expected `,`"),
        (quote!(boxed send), "expected `,`"),
        (quote!(, boxed), "expected an option"),
        (quote!("boxed"), "expected an option"),
    ] {
        let messages = messages(options.clone());
        assert_eq!(messages.len(), 1, "{options}: {messages:?}");
        assert!(messages[0].contains(expected), "{options}: {messages:?}");
    }
    assert_eq!(messages(quote!(boxd, 1, sned = 2, dyn(), crate, boxed, boxed)).len(), 6);
}
