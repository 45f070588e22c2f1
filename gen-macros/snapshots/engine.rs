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
                        _ => {
                            return {
                                <gen::Result as ::r#gen::__private::Unreached>::output()
                            };
                        }
                    }
                    return match () {
                        () => {
                            yield_!(@ frame __frame, name)?;
                            Ok(())
                        }
                        _ => <gen::Result as ::r#gen::__private::Unreached>::output(),
                    };
                },
                |output| <gen::Result as ::r#gen::__private::EngineOutput<
                    _,
                >>::into_result(output),
            ),
            || ::r#gen::__private::Meta::new("start", "", 0, 0),
        ),
    )
}
