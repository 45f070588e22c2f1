fn f() -> impl ::r#gen::Coroutine<Output = Vec<u8>> {
    let __call = ::r#gen::__private::Call::new(0);
    let __frame = __call.frame();
    ::r#gen::__private::closed_machine(
        __call,
        async move {
            match () {
                () => {}
                _ => return { ::r#gen::__private::output::<Vec<u8>>() },
            }
            return match () {
                () => yield_!(@ frame __frame, list()),
                _ => ::r#gen::__private::output::<Vec<u8>>(),
            };
        },
        || ::r#gen::__private::Meta::new("f", ::r#gen::__private::file!(), 0, 0),
    )
}
