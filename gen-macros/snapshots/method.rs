fn get(&mut self) -> impl ::r#gen::Coroutine<Output = ()> {
    ::r#gen::__private::closed_machine(
        ::r#gen::__private::Call::new(0),
        async move {
            let _ = &self;
            match () {
                () => {}
                _ => return { <() as ::r#gen::__private::Unreached>::output() },
            }
            return match () {
                () => {
                    self.n += 1;
                }
                _ => <() as ::r#gen::__private::Unreached>::output(),
            };
        },
        || ::r#gen::__private::Meta::new("get", "", 0, 0),
    )
}
