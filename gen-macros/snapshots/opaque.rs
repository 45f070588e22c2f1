fn f() -> impl ::r#gen::Coroutine<Output = Result<impl Iterator<Item = u8>>> {
    let __call = ::r#gen::__private::Call::new(0);
    let __frame = __call.frame();
    ::r#gen::__private::closed_machine(
        __call,
        async move {
            match () {
                () => {}
                _ => return { <Result<_> as ::r#gen::__private::Unreached>::output() },
            }
            return match () {
                () => yield_!(@ frame __frame, x),
                _ => <Result<_> as ::r#gen::__private::Unreached>::output(),
            };
        },
        || ::r#gen::__private::Meta::new("f", "", 0, 0),
    )
}
