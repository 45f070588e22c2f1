fn f() -> impl ::r#gen::Coroutine<Output = Vec<u8>> {
    let __call = ::r#gen::__private::Call::new(0);
    let __frame = __call.frame();
    ::r#gen::__private::closed_machine(
        __call,
        async move {
            match () {
                () => {}
                _ => return { <Vec<u8> as ::r#gen::__private::Unreached>::output() },
            }
            return match () {
                () => yield_!(@ frame __frame, list()),
                _ => <Vec<u8> as ::r#gen::__private::Unreached>::output(),
            };
        },
        || ::r#gen::__private::Meta::new("f", "", 0, 0),
    )
}
