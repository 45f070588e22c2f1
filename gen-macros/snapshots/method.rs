fn get(&mut self) -> impl ::r#gen::Coroutine<Output = ()> {
    ::r#gen::__private::closed_machine(
        ::r#gen::__private::Call::new(0),
        async move {
            let _ = &self;
            match () {
                () => {}
                _ => return { ::r#gen::__private::output::<()>() },
            }
            return match () {
                () => {
                    self.n += 1;
                }
                _ => ::r#gen::__private::output::<()>(),
            };
        },
        || ::r#gen::__private::Meta::new("get", ::r#gen::__private::file!(), 0, 0),
    )
}
