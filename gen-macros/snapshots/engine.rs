fn start(name: String) -> ::r#gen::Result {
    fn __coroutine_site() -> ::r#gen::__private::Site {
        ::r#gen::__private::Site::new("start", "", 0, 0)
    }
    let (__call, __frame) = ::r#gen::__private::call(0);
    let __body = async move {
        let name = name;
        match () {
            () => {}
            _ => return <gen::Result as ::r#gen::__private::Unreached>::output(),
        }
        match () {
            () => {
                yield_!(
                    @ frame __frame __coroutine_site 0(::r#gen::__private::Edge)
                    at(__coroutine_site, 0), name
                )?;
                Ok(())
            }
            _ => <gen::Result as ::r#gen::__private::Unreached>::output(),
        }
    };
    let __body = ::r#gen::__private::map_output(
        __body,
        |output| <gen::Result as ::r#gen::__private::EngineOutput<
            _,
        >>::into_result(output),
    );
    ::r#gen::__private::engine(
        ::r#gen::__private::closed_machine(__call, __body, __coroutine_site),
    )
}
