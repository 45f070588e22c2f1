fn f(
    n: u32,
) -> impl my::rt::Coroutine<Output = <fn() -> ! as my::rt::__private::Never>::T> {
    my::rt::__private::boxed(
        my::rt::__private::machine(
            async move {
                let n = n;
                let __frame = const { my::rt::__private::Frame::new(0) };
                match () {
                    () => {
                        yield_!(@ frame __frame, n);
                        loop {}
                    }
                }
            },
            || my::rt::__private::Meta::new("f", my::rt::__private::file!(), 0, 0),
        ),
    )
}
