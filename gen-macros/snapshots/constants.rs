pub unsafe fn sum<const N: usize>(
    list: [u64; N],
    #[cfg(limit)]
    limit: u64,
    n: u64,
) -> impl ::r#gen::Coroutine<Output = u64> {
    fn __coroutine_site() -> ::r#gen::__private::Site {
        ::r#gen::__private::Site::new("sum", "", 0, 0)
    }
    let (__call, __frame) = ::r#gen::__private::call(0);
    let __body = async move {
        let mut list = list;
        let ref mut list = list;
        #[cfg(limit)]
        let limit = limit;
        #[allow(unused)]
        let mut n = n;
        match () {
            () => {}
            _ => return <u64 as ::r#gen::__private::Unreached>::output(),
        }
        match () {
            () => {
                for element in list {
                    n
                        += yield_!(
                            @ frame __frame __coroutine_site 0(::r#gen::__private::Edge)
                            at(__coroutine_site, 0), read(element)
                        )
                            .unwrap();
                }
                n
            }
            _ => <u64 as ::r#gen::__private::Unreached>::output(),
        }
    };
    ::r#gen::__private::closed_machine(__call, __body, __coroutine_site)
}
