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
        (
            quote!(boxed),
            "the options are `limit = \"..\"`, `shuffled`, `seed = N`, `leaks = \"allowed\"`, `tokio`",
        ),
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
        (
            quote!(tokio, flavor = "multi_thread", worker_threads = 4x),
            "`worker_threads` needs a number without the suffix `x`",
        ),
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

#[test]
fn good_options_of_a_test_give_no_error() {
    for options in [
        quote!(limit = "500ms"),
        quote!(limit = "10s"),
        quote!(limit = "5 min"),
        quote!(limit = "2h"),
        quote!(limit = "365d"),
        quote!(limit = "0s"),
        quote!(limit = "none"),
        quote!(shuffled),
        quote!(seed = 42),
        quote!(seed = 18446744073709551615, shuffled),
        quote!(leaks = "allowed", limit = "1s", crate = a::b),
        quote!(tokio, limit = "1s", leaks = "allowed"),
    ] {
        assert_eq!(entry_messages(AttributeKind::Test, options.clone()), Vec::<String>::new(), "{options}");
    }
}

#[test]
fn each_mistake_in_the_options_of_a_test_is_reported_once() {
    for (options, expected) in [
        (quote!(limit), "`limit` needs a time\n\nhelp: write `limit = \"10s\"`"),
        (quote!(limit = 10), "`limit` needs a time"),
        (quote!(limit = "10"), "`10` is not a time"),
        (quote!(limit = "s"), "`s` is not a time"),
        (quote!(limit = "1.5s"), "units `ms`, `s`, `min`, `h` and `d`"),
        (quote!(limit = "10m"), "`10m` is not a time"),
        (quote!(limit = "1000000000d"), "`1000000000d` is not a time, or is too long"),
        (quote!(limit = "1s", limit = "1s"), "given twice"),
        (quote!(timeout = "1s"), "did you mean `limit = \"..\"`?"),
        (quote!(shuffle), "did you mean `shuffled`?"),
        (quote!(shuffled = true), "expected `,`\n\nhelp: this option takes no value"),
        (quote!(seed), "`seed` needs a number\n\nhelp: write a literal, such as `seed = 42`"),
        (quote!(seed = "42"), "`seed` needs a number"),
        (quote!(seed = 18446744073709551616), "`seed` needs a number of 64 bits"),
        (quote!(seed = 42abc), "`seed` needs a number without the suffix `abc`\n\nhelp: write a literal"),
        (quote!(seed = 42u64), "without the suffix `u64`"),
        (quote!(leaks), "write `leaks = \"allowed\"`"),
        (quote!(leaks = true), "write `leaks = \"allowed\"`"),
        (quote!(leaks = "yes"), "unknown value `yes` of `leaks`\n\nhelp: write `leaks = \"allowed\"`"),
        (quote!(leak = "allowed"), "did you mean `leaks = \"allowed\"`?"),
        (quote!(tokio, shuffled), "remove `shuffled`, or write `#[gen::test(shuffled)]`"),
        (quote!(tokio, seed = 4), "tokio has an order of its own"),
    ] {
        let messages = entry_messages(AttributeKind::Test, options.clone());
        assert_eq!(messages.len(), 1, "{options}: {messages:?}");
        assert!(messages[0].contains(expected), "{options}: {messages:?}");
    }
    for options in [quote!(limit = "1s"), quote!(shuffled), quote!(leaks = "allowed")] {
        let messages = entry_messages(AttributeKind::Main, options.clone());
        assert!(messages[0].contains("of `#[gen::main]`"), "{options}: {messages:?}");
    }
}
