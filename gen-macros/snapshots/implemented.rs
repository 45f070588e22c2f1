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
                            ::r#gen::__private::output::<Result<Value, Self::Error>>()
                        };
                    }
                }
                return match () {
                    () => {
                        let held = self.lock().await;
                        Ok(yield_!(@ frame __frame, held.get(key))?)
                    }
                    _ => ::r#gen::__private::output::<Result<Value, Self::Error>>(),
                };
            },
            || ::r#gen::__private::Meta::new("get", ::r#gen::__private::file!(), 0, 0),
        )
    }
}
