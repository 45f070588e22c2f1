fn contexts() -> impl ::r#gen::Coroutine<Output = ()> {
    fn __coroutine_site() -> ::r#gen::__private::Site {
        ::r#gen::__private::Site::new("contexts", "", 0, 0)
    }
    let __body = async move {
        match () {
            () => {}
            _ => return <() as ::r#gen::__private::Unreached>::output(),
        }
        match () {
            () => {
                let block = async move {
                    let __frame = const { ::r#gen::__private::Frame::new(0) };
                    match () {
                        () => {
                            yield_!(
                                @ frame __frame __coroutine_site 0(::r#gen::__private::Edge)
                                at(__coroutine_site, 0), a
                            )
                        }
                    }
                };
                let nested = async {
                    async {
                        let __frame = const { ::r#gen::__private::Frame::new(0) };
                        match () {
                            () => {
                                yield_!(
                                    @ frame __frame __coroutine_site 0(::r#gen::__private::Edge)
                                    at(__coroutine_site, 0), a
                                )
                            }
                        }
                    }
                        .await
                };
                let closure = async |n: u32| -> u8 {
                    let __frame = const { ::r#gen::__private::Frame::new(0) };
                    match () {
                        () => {
                            yield_!(
                                @ frame __frame __coroutine_site 0(::r#gen::__private::Edge)
                                at(__coroutine_site, 0), n
                            )
                        }
                    }
                };
                let expression = async move |n| {
                    let __frame = const { ::r#gen::__private::Frame::new(0) };
                    match () {
                        () => {
                            yield_!(
                                @ frame __frame __coroutine_site 0(::r#gen::__private::Edge)
                                at(__coroutine_site, 0), n
                            ) + 1
                        }
                    }
                };
                let without = async { a.await };
                m! {
                    fn inner() { yield_!(untouched) }
                }
            }
            _ => <() as ::r#gen::__private::Unreached>::output(),
        }
    };
    ::r#gen::__private::machine(::r#gen::__private::NO_CALL, __body, __coroutine_site)
}
