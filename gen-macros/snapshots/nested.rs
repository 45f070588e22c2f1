fn outer() -> impl ::r#gen::Coroutine<Output = u8> {
    let __call = ::r#gen::__private::Call::new(0);
    let __frame = __call.frame();
    ::r#gen::__private::closed_machine(
        __call,
        async move {
            match () {
                () => {}
                _ => return { <u8 as ::r#gen::__private::Unreached>::output() },
            }
            return match () {
                () => {
                    #[gen::coroutine]
                    fn inner(n: u8) -> u8 {
                        yield_!(read(n))
                    }
                    yield_!(@ frame __frame, gen::multi(vec![inner(1), inner(2)]))
                        .iter()
                        .sum()
                }
                _ => <u8 as ::r#gen::__private::Unreached>::output(),
            };
        },
        || ::r#gen::__private::Meta::new("outer", "", 0, 0),
    )
}
