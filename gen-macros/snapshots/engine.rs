fn start(name: String) -> ::r#gen::Result {
    let __call = ::r#gen::__private::Call::new(0);
    let __frame = __call.frame();
    ::r#gen::__private::engine(
        ::r#gen::__private::closed_machine(
            __call,
            ::r#gen::__private::ending(
                async move {
                    let name = name;
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
                |output| <gen::Result as ::r#gen::__private::EngineOutput<
                    _,
                >>::into_result(output),
            ),
            || ::r#gen::__private::Meta::new("start", ::r#gen::__private::file!(), 0, 0),
        ),
    )
}
