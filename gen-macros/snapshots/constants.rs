pub unsafe fn sum<const N: usize>(
    __arg0: [u64; N],
    #[cfg(limit)]
    limit: u64,
    n: u64,
) -> impl ::r#gen::Coroutine<Output = u64> {
    fn __coroutine_site() -> ::r#gen::__private::Site {
        ::r#gen::__private::Site::new("sum", "", 0, 0)
    }
    let (__call, __frame) = ::r#gen::__private::call(0);
    ::r#gen::__private::closed_machine(
        __call,
        async move {
            let mut __arg0 = __arg0;
            let ref mut list = __arg0;
            #[cfg(limit)]
            let limit = limit;
            #[allow(unused)]
            let mut n = n;
            match () {
                () => {}
                _ => return <u64 as ::r#gen::__private::Unreached>::output(),
            }
            return match () {
                () => {
                    for element in list {
                        n
                            += yield_!(@ frame __frame __coroutine_site 0, read(element))
                                .unwrap();
                    }
                    n
                }
                _ => <u64 as ::r#gen::__private::Unreached>::output(),
            };
        },
        __coroutine_site,
    )
}
