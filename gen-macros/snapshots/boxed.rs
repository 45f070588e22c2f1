fn f(
    n: u32,
) -> impl my::rt::__private::Coroutine<
    Output = <fn() -> ! as my::rt::__private::Never>::T,
> {
    let __call = my::rt::__private::Call::new(0);
    let __frame = __call.frame();
    my::rt::__private::boxed(
        my::rt::__private::closed_machine(
            __call,
            async move {
                let n = n;
                match () {
                    () => {
                        yield_!(@ frame __frame, n);
                        loop {}
                    }
                }
            },
            || my::rt::__private::Meta::new("f", "", 0, 0),
        ),
    )
}
