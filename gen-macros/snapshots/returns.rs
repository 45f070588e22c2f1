fn find(
    key: &Key,
) -> impl ::r#gen::Coroutine<Output = gen::Result<impl Iterator<Item = u8>>> {
    fn __coroutine_site() -> ::r#gen::__private::Site {
        ::r#gen::__private::Site::new("find", "", 0, 0)
    }
    let (__call, __frame) = ::r#gen::__private::call(0);
    ::r#gen::__private::boxed(
        ::r#gen::__private::closed_machine(
            __call,
            ::r#gen::__private::ending(
                async move {
                    let key = key;
                    match () {
                        () => {}
                        _ => {
                            return <gen::Result<
                                _,
                            > as ::r#gen::__private::Unreached>::output();
                        }
                    }
                    return match () {
                        () => {
                            look(key)?;
                            yield_!(@ frame __frame __coroutine_site 0, fetch(key))
                        }
                        _ => <gen::Result<_> as ::r#gen::__private::Unreached>::output(),
                    };
                },
                |output| <gen::Result<
                    _,
                > as ::r#gen::__private::CatchReturn>::catch_return(output),
            ),
            __coroutine_site,
        ),
    )
}
