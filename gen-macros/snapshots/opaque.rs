fn f() -> impl ::r#gen::Coroutine<Output = Result<impl Iterator<Item = u8>>> {
    ::r#gen::__private::machine(
        async move {
            let __frame = const { ::r#gen::__private::Frame::new(0) };
            match () {
                () => {}
                _ => return { ::r#gen::__private::output::<Result<_>>() },
            }
            return match () {
                () => yield_!(@ frame __frame, x),
                _ => ::r#gen::__private::output::<Result<_>>(),
            };
        },
        || ::r#gen::__private::Meta::new("f", ::r#gen::__private::file!(), 0, 0),
    )
}
