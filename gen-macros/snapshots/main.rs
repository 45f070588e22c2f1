fn main() -> gen::Result {
    let __call = ::r#gen::__private::Call::new(0);
    let __frame = __call.frame();
    ::r#gen::__private::main(
        ::r#gen::__private::closed_machine(
            __call,
            async move {
                match () {
                    () => {}
                    _ => {
                        return {
                            <gen::Result as ::r#gen::__private::Unreached>::output()
                        };
                    }
                }
                return match () {
                    () => {
                        yield_!(@ frame __frame, x)?;
                        Ok(())
                    }
                    _ => <gen::Result as ::r#gen::__private::Unreached>::output(),
                };
            },
            || ::r#gen::__private::Meta::new("main", "", 0, 0),
        ),
    )
}
