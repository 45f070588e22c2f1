fn find(
    key: &Key,
) -> impl ::r#gen::Coroutine<Output = gen::Result<impl Iterator<Item = u8>>> {
    let __call = ::r#gen::__private::Call::new(0);
    let __frame = __call.frame();
    ::r#gen::__private::boxed(
        ::r#gen::__private::closed_machine(
            __call,
            ::r#gen::__private::ending(
                async move {
                    let key = key;
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
                |output| <gen::Result<
                    _,
                > as ::r#gen::__private::CatchReturn>::catch_return(output),
            ),
            || ::r#gen::__private::Meta::new("find", ::r#gen::__private::file!(), 0, 0),
        ),
    )
}
