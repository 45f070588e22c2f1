fn main() -> gen::Result {
    ::r#gen::__private::main(
        ::r#gen::__private::machine(
            async move {
                let __frame = const { ::r#gen::__private::Frame::new(0) };
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
