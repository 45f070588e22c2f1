fn find(
    key: &Key,
) -> impl ::r#gen::Coroutine<Output = gen::Result<impl Iterator<Item = u8>>> {
    ::r#gen::__private::boxed(
        ::r#gen::__private::returning(
            ::r#gen::__private::machine(
                async move {
                    let key = key;
                    let __frame = const { ::r#gen::__private::Frame::new(0) };
                    match () {
                        () => {}
                        _ => return { ::r#gen::__private::output::<gen::Result<_>>() },
                    }
                    return match () {
                        () => {
                            look(key)?;
                            yield_!(@ frame __frame, fetch(key))
                        }
                        _ => ::r#gen::__private::output::<gen::Result<_>>(),
                    };
                },
                || ::r#gen::__private::Meta::new(
                    "find",
                    ::r#gen::__private::file!(),
                    0,
                    0,
                ),
            ),
            |output| <gen::Result<
                _,
            > as ::r#gen::__private::CatchReturn>::catch_return(output),
        ),
    )
}
