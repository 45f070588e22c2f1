fn main() -> gen::Result {
    fn __coroutine_site() -> ::r#gen::__private::Site {
        ::r#gen::__private::Site::new("main", "", 0, 0)
    }
    let (__call, __frame) = ::r#gen::__private::call(0);
    let __body = async move {
        match () {
            () => {}
            _ => return <gen::Result as ::r#gen::__private::Unreached>::output(),
        }
        match () {
            () => {
                yield_!(
                    @ frame __frame __coroutine_site 0(::r#gen::__private::Edge)
                    at(__coroutine_site, 0), x
                )?;
                Ok(())
            }
            _ => <gen::Result as ::r#gen::__private::Unreached>::output(),
        }
    };
    ::r#gen::__private::on_tokio!(
        multi_thread, ::r#gen::__private::Some(4),
        ::r#gen::__private::closed_machine(__call, __body, __coroutine_site)
    )
}
