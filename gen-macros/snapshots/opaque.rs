fn f() -> impl ::r#gen::Coroutine<Output = Result<impl Iterator<Item = u8>>> {
    let __call = ::r#gen::__private::Call::new(0);
    let __frame = __call.frame();
    ::r#gen::__private::closed_machine(
        __call,
        async move {
            match () {
                () => {}
                _ => {
                    return {
                        let output: Result<_> = ::r#gen::__private::output();
                        output
                    };
                }
            }
            return match () {
                () => yield_!(@ frame __frame, x),
                _ => {
                    let output: Result<_> = ::r#gen::__private::output();
                    output
                }
            };
        },
        || ::r#gen::__private::Meta::new("f", "", 0, 0),
    )
}
