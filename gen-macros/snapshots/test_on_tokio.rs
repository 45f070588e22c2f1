#[::core::prelude::v1::test]
#[ignore]
fn waits() {
    fn __coroutine_site() -> ::r#gen::__private::Site {
        ::r#gen::__private::Site::new("waits", "", 0, 0)
    }
    let (__call, __frame) = ::r#gen::__private::call(0);
    let __body = async move {
        match () {
            () => {}
            _ => return <() as ::r#gen::__private::Unreached>::output(),
        }
        match () {
            () => {
                yield_!(
                    @ frame __frame __coroutine_site 0(::r#gen::__private::Edge)
                    at(__coroutine_site, 0), x
                )
                    .unwrap();
            }
            _ => <() as ::r#gen::__private::Unreached>::output(),
        }
    };
    ::r#gen::__private::on_tokio!(
        test_current_thread, ::r#gen::__private::tokio::time::pause,
        ::r#gen::__private::TestOptions::new(),
        ::r#gen::__private::closed_machine(__call, __body, __coroutine_site), | output |
        ::r#gen::__private::TestOutput(output).has_failed()
    )
}
