fn main() -> gen::Result {
    let __call = ::r#gen::__private::Call::new(0);
    let __frame = __call.frame();
    ::r#gen::__private::main(
        ::r#gen::__private::closed_machine(
            __call,
            async move {
                match () {
                    () => {}
                    _ => return { ::r#gen::__private::output::<gen::Result>() },
                }
                return match () {
                    () => {
                        yield_!(@ frame __frame, x)?;
                        Ok(())
                    }
                    _ => ::r#gen::__private::output::<gen::Result>(),
                };
            },
            || ::r#gen::__private::Meta::new("main", ::r#gen::__private::file!(), 0, 0),
        ),
    )
}
