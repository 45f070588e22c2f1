impl Store for Shared {
    fn get(
        self: Arc<Self>,
        __arg1: Key,
    ) -> impl ::r#gen::Coroutine<
        Output = Result<Value, Self::Error>,
    > + ::r#gen::__private::Send {
        let __call = ::r#gen::__private::Call::new(0);
        let __frame = __call.frame();
        ::r#gen::__private::machine(
            __call,
            async move {
                let _ = &self;
                let __arg1 = __arg1;
                let Key(key) = __arg1;
                match () {
                    () => {}
                    _ => {
                        return {
                            <Result<
                                Value,
                                Self::Error,
                            > as ::r#gen::__private::Unreached>::output()
                        };
                    }
                }
                return match () {
                    () => {
                        let held = self.lock().await;
                        Ok(yield_!(@ frame __frame, held.get(key))?)
                    }
                    _ => {
                        <Result<
                            Value,
                            Self::Error,
                        > as ::r#gen::__private::Unreached>::output()
                    }
                };
            },
            || ::r#gen::__private::Meta::new("get", "", 0, 0),
        )
    }
}
