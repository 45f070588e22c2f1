fn get(&mut self) -> impl ::r#gen::Coroutine<Output = ()> {
    ::r#gen::__private::closed_machine(
        ::r#gen::__private::Call::new(0),
        async move {
            let _ = &self;
            match () {
                () => {}
                _ => {
                    return {
                        let output: () = ::r#gen::__private::output();
                        output
                    };
                }
            }
            return match () {
                () => {
                    self.n += 1;
                }
                _ => {
                    let output: () = ::r#gen::__private::output();
                    output
                }
            };
        },
        || ::r#gen::__private::Meta::new("get", "", 0, 0),
    )
}
