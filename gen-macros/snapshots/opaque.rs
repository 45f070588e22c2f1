fn f() -> impl ::r#gen::Coroutine<Output = Result<impl Iterator<Item = u8>>> {
    fn __coroutine_site() -> ::r#gen::__private::Site {
        ::r#gen::__private::Site::new("f", "", 0, 0)
    }
    let (__call, __frame) = ::r#gen::__private::call(0);
    let __body = async move {
        match () {
            () => {}
            _ => return <Result<_> as ::r#gen::__private::Unreached>::output(),
        }
        match () {
            () => {
                yield_!(
                    @ frame __frame __coroutine_site 0(::r#gen::__private::Edge)
                    at(__coroutine_site, 0), x
                )
            }
            _ => <Result<_> as ::r#gen::__private::Unreached>::output(),
        }
    };
    ::r#gen::__private::closed_machine(__call, __body, __coroutine_site)
}
