fn start(name: String) -> ::r#gen::Result {
    fn __coroutine_site() -> ::r#gen::__private::Site {
        ::r#gen::__private::Site::new("start", "", 0, 0)
    }
    let (__call, __frame) = ::r#gen::__private::call(0);
    ::r#gen::__private::engine(
        ::r#gen::__private::closed_machine(
            __call,
            ::r#gen::__private::ending(
                async move {
                    let name = name;
                    match () {
                        () => {}
                        _ => {
                            return <gen::Result as ::r#gen::__private::Unreached>::output();
                        }
                    }
                    return match () {
                        () => {
                            yield_!(@ frame __frame __coroutine_site 0, name)?;
                            Ok(())
                        }
                        _ => <gen::Result as ::r#gen::__private::Unreached>::output(),
                    };
                },
                |output| <gen::Result as ::r#gen::__private::EngineOutput<
                    _,
                >>::into_result(output),
            ),
            __coroutine_site,
        ),
    )
}
