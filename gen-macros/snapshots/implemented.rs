impl Store for Shared {
    fn get(
        self: Arc<Self>,
        key: Key,
    ) -> impl ::r#gen::Coroutine<
        Output = Result<Value, Self::Error>,
    > + ::r#gen::__private::Send {
        fn __coroutine_site() -> ::r#gen::__private::Site {
            ::r#gen::__private::Site::new("get", "", 0, 0)
        }
        let (__call, __frame) = ::r#gen::__private::call(0);
        let __body = async move {
            let _ = &self;
            let key = key;
            let Key(key) = key;
            match () {
                () => {}
                _ => {
                    return <Result<
                        Value,
                        Self::Error,
                    > as ::r#gen::__private::Unreached>::output();
                }
            }
            match () {
                () => {
                    let held = self.lock().await;
                    Ok(
                        yield_!(
                            @ frame __frame __coroutine_site 0(::r#gen::__private::Edge)
                            at(__coroutine_site, 0), held.get(key)
                        )?,
                    )
                }
                _ => {
                    <Result<
                        Value,
                        Self::Error,
                    > as ::r#gen::__private::Unreached>::output()
                }
            }
        };
        ::r#gen::__private::machine(__call, __body, __coroutine_site)
    }
}
