pub unsafe fn sum<const N: usize>(
    __arg0: [u64; N],
    #[cfg(limit)]
    limit: u64,
    n: u64,
) -> impl ::r#gen::Coroutine<Output = u64> {
    let __call = ::r#gen::__private::Call::new(0);
    let __frame = __call.frame();
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
                _ => return { ::r#gen::__private::output::<u64>() },
            }
            return match () {
                () => {
                    for element in list {
                        n += yield_!(@ frame __frame, read(element)).unwrap();
                    }
                    n
                }
                _ => ::r#gen::__private::output::<u64>(),
            };
        },
        || ::r#gen::__private::Meta::new("sum", ::r#gen::__private::file!(), 0, 0),
    )
}
