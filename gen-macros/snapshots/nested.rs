fn outer() -> impl ::r#gen::Coroutine<Output = u8> {
    fn __coroutine_site() -> ::r#gen::__private::Site {
        ::r#gen::__private::Site::new("outer", "", 0, 0)
    }
    let (__call, __frame) = ::r#gen::__private::call(0);
    let __body = async move {
        match () {
            () => {}
            _ => return <u8 as ::r#gen::__private::Unreached>::output(),
        }
        match () {
            () => {
                #[gen::coroutine]
                fn inner(n: u8) -> u8 {
                    yield_!(read(n))
                }
                yield_!(
                    @ frame __frame __coroutine_site 0(::r#gen::__private::Edge)
                    at(__coroutine_site, 0), gen::multi(vec![inner(1), inner(2)])
                )
                    .iter()
                    .sum()
            }
            _ => <u8 as ::r#gen::__private::Unreached>::output(),
        }
    };
    ::r#gen::__private::machine(__call, __body, __coroutine_site)
}
