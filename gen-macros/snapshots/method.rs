fn get(&mut self) -> impl ::r#gen::Coroutine<Output = ()> {
    fn __coroutine_site() -> ::r#gen::__private::Site {
        ::r#gen::__private::Site::new("get", "", 0, 0)
    }
    let __body = async move {
        let _ = &self;
        match () {
            () => {}
            _ => return <() as ::r#gen::__private::Unreached>::output(),
        }
        match () {
            () => {
                self.n += 1;
            }
            _ => <() as ::r#gen::__private::Unreached>::output(),
        }
    };
    ::r#gen::__private::closed_machine(
        ::r#gen::__private::NO_CALL,
        __body,
        __coroutine_site,
    )
}
