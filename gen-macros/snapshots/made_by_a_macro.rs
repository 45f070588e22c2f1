fn f() -> impl ::r#gen::Coroutine<Output = Vec<u8>> {
    fn __coroutine_site() -> ::r#gen::__private::Site {
        ::r#gen::__private::Site::new("f", "", 0, 0)
    }
    let (__call, __frame) = ::r#gen::__private::call(0);
    ::r#gen::__private::closed_machine(
        __call,
        async move {
            match () {
                () => {}
                _ => return <Vec<u8> as ::r#gen::__private::Unreached>::output(),
            }
            return match () {
                () => yield_!(@ frame __frame __coroutine_site 0, list()),
                _ => <Vec<u8> as ::r#gen::__private::Unreached>::output(),
            };
        },
        __coroutine_site,
    )
}
