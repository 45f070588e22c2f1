fn f(
    n: u32,
) -> impl my::rt::__private::Coroutine<
    Output = <fn() -> ! as my::rt::__private::Never>::T,
> {
    fn __coroutine_site() -> my::rt::__private::Site {
        my::rt::__private::Site::new("f", "", 0, 0)
    }
    let (__call, __frame) = my::rt::__private::call(0);
    let __body = async move {
        let n = n;
        match () {
            () => {
                yield_!(
                    @ frame __frame __coroutine_site 0(my::rt::__private::Edge)
                    at(__coroutine_site, 0), n
                );
                loop {}
            }
        }
    };
    my::rt::__private::boxed(
        my::rt::__private::closed_machine(__call, __body, __coroutine_site),
    )
}
