//! The grammar of the options.

use proc_macro2::TokenStream;
use quote::quote;

use super::{coroutine, errors};
use crate::pipeline;
use crate::pipeline::options::AttributeKind;

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

/// The messages about the options of an attribute that runs its function.
fn entry_messages(kind: AttributeKind, options: TokenStream) -> Vec<String> {
    let tokens = pipeline::run(
        kind,
        options,
        quote!(
            fn f() {}
        ),
    );
    errors(&tokens)
}

#[test]
fn good_options_of_an_entry_point_give_no_error() {
    for options in [
        quote!(),
        quote!(crate = a::b),
        quote!(tokio),
        quote!(tokio, crate = a),
        quote!(tokio, flavor = "multi_thread"),
        quote!(flavor = "multi_thread", worker_threads = 2, tokio),
        quote!(tokio, flavor = "current_thread", start_paused = true),
        quote!(tokio, flavor = "local", start_paused = true,),
        quote!(tokio, flavor = "multi_thread", start_paused = false),
    ] {
        for kind in [AttributeKind::Main, AttributeKind::Test] {
            assert_eq!(entry_messages(kind, options.clone()), Vec::<String>::new(), "{options}");
        }
    }
    assert!(entry_messages(AttributeKind::Main, quote!(tokio, worker_threads = 2)).is_empty());
    assert!(entry_messages(AttributeKind::Test, quote!(tokio, start_paused = true)).is_empty());
}

#[test]
fn each_mistake_in_the_options_of_an_entry_point_is_reported_once() {
    for (options, expected) in [
        (quote!(tokoi), "did you mean `tokio`?"),
        (quote!(tokio, flavour = "local"), "did you mean `flavor = \"..\"`?"),
        (quote!(tokio, threads = 2), "did you mean `worker_threads = N`?"),
        (quote!(boxed), "the options are `tokio`, `flavor = \"..\"`"),
        (quote!(flavor = "local"), "write `#[gen::test(tokio, flavor = ..)]`"),
        (quote!(worker_threads = 2), "write `#[gen::test(tokio, worker_threads = ..)]`"),
        (quote!(start_paused = true), "remove `start_paused`"),
        (quote!(tokio, tokio), "given twice"),
        (quote!(tokio, flavor = "local", flavor = "local"), "given twice"),
        (quote!(tokio, flavor = "threaded"), "unknown flavor `threaded`"),
        (quote!(tokio, flavor = local), "`flavor` needs one of tokio's flavors"),
        (quote!(tokio, flavor), "`flavor` needs one of tokio's flavors"),
        (quote!(tokio, flavor =), "`flavor` needs one of tokio's flavors"),
        (quote!(tokio, flavor = "multi_thread", worker_threads = 0), "write at least 1"),
        (quote!(tokio, flavor = "multi_thread", worker_threads = N), "write a literal"),
        (quote!(tokio, flavor = "multi_thread", worker_threads = "2"), "write a literal"),
        (quote!(tokio, flavor = "multi_thread", worker_threads = -1), "write a literal"),
        (quote!(tokio, worker_threads = 2), "`#[gen::test(tokio)]` has the flavor `current_thread`"),
        (quote!(tokio, flavor = "local", worker_threads = 2), "write `flavor = \"multi_thread\"`"),
        (quote!(tokio, flavor = "multi_thread", start_paused = true), "cannot be paused"),
        (quote!(tokio, start_paused = 1), "`start_paused` needs `true` or `false`"),
        (quote!(tokio, start_paused), "write `start_paused = true`"),
        (quote!(tokio(2)), "expected `,`"),
    ] {
        let messages = entry_messages(AttributeKind::Test, options.clone());
        assert_eq!(messages.len(), 1, "{options}: {messages:?}");
        assert!(messages[0].contains(expected), "{options}: {messages:?}");
    }
}
