fn start(name: String) -> ::r#gen::Result {
    ::r#gen::__private::engine(
        ::r#gen::__private::machine(
            async move {
                let name = name;
                let __frame = const { ::r#gen::__private::Frame::new(0) };
                match () {
                    () => {}
                    _ => return { ::r#gen::__private::output::<gen::Result>() },
                }
                return match () {
                    () => {
                        yield_!(@ frame __frame, name)?;
                        Ok(())
                    }
                    _ => ::r#gen::__private::output::<gen::Result>(),
                };
            },
            || ::r#gen::__private::Meta::new("start", ::r#gen::__private::file!(), 0, 0),
        ),
        <gen::Result as ::r#gen::__private::EngineOutput<_>>::into_result,
    )
}
