fn find(
    key: &Key,
) -> impl ::r#gen::Coroutine<Output = gen::Result<impl Iterator<Item = u8>>> {
    fn __coroutine_site() -> ::r#gen::__private::Site {
        ::r#gen::__private::Site::new("find", "", 0, 0)
    }
    let (__call, __frame) = ::r#gen::__private::call(0);
    let __body = async move {
        let key = key;
        match () {
            () => {}
            _ => return <gen::Result<_> as ::r#gen::__private::Unreached>::output(),
        }
        match () {
            () => {
                look(key)?;
                yield_!(
                    @ frame __frame __coroutine_site 0(::r#gen::__private::Edge)
                    at(__coroutine_site, 0), fetch(key)
                )
            }
            _ => <gen::Result<_> as ::r#gen::__private::Unreached>::output(),
        }
    };
    let __body = ::r#gen::__private::map_output(
        __body,
        |output| <gen::Result<
            _,
        > as ::r#gen::__private::CatchReturn>::catch_return(output),
    );
    ::r#gen::__private::boxed(
        ::r#gen::__private::closed_machine(__call, __body, __coroutine_site),
    )
}
