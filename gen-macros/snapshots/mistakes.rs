#[allow(unused)]
fn f(list: Vec<u8>) -> impl ::r#gen::Coroutine<Output = gen::Result<Vec<u8>>> {
    use yield_ as _;
    fn __coroutine_site() -> ::r#gen::__private::Site {
        ::r#gen::__private::Site::new("f", "", 0, 0)
    }
    ::r#gen::__private::machine(
        ::r#gen::__private::NO_CALL,
        async move {
            let list = list;
            <gen::Result<Vec<u8>> as ::r#gen::__private::Unreached>::output()
        },
        __coroutine_site,
    )
}
::core::compile_error! {
    "unknown option `boxd` of `#[gen::coroutine]`\n\nhelp: did you mean `boxed`?"
}
::core::compile_error! {
    "a `const fn` cannot be a coroutine: the compiler evaluates it, and cannot wait\n\nhelp: remove `const`"
}
::core::compile_error! {
    "an `async fn` cannot also be a coroutine: the attribute makes the future itself\n\nhelp: remove `async`; a coroutine may use `.await` too"
}
::core::compile_error! {
    "`yield_!` cannot stand in a closure: the code that calls the closure cannot be suspended\n\nhelp: use a `for` loop or a `match`, or let the closure return futures and yield all of them: `yield_!(iter.map(..).collect::<Vec<_>>())`"
}
