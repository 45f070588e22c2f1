fn contexts() -> impl ::r#gen::Coroutine<Output = ()> {
    ::r#gen::__private::machine(
        ::r#gen::__private::Call::new(0),
        async move {
            match () {
                () => {}
                _ => return { ::r#gen::__private::output::<()>() },
            }
            return match () {
                () => {
                    let block = async move {
                        let __frame = const { ::r#gen::__private::Frame::new(0) };
                        match () {
                            () => yield_!(@ frame __frame, a),
                        }
                    };
                    let nested = async {
                        async {
                            let __frame = const { ::r#gen::__private::Frame::new(0) };
                            match () {
                                () => yield_!(@ frame __frame, a),
                            }
                        }
                            .await
                    };
                    let closure = async |n: u32| -> u8 {
                        let __frame = const { ::r#gen::__private::Frame::new(0) };
                        match () {
                            () => yield_!(@ frame __frame, n),
                        }
                    };
                    let expression = async move |n| {
                        let __frame = const { ::r#gen::__private::Frame::new(0) };
                        match () {
                            () => yield_!(@ frame __frame, n) + 1,
                        }
                    };
                    let without = async { a.await };
                    m! {
                        fn inner() { yield_!(untouched) }
                    }
                }
                _ => ::r#gen::__private::output::<()>(),
            };
        },
        || ::r#gen::__private::Meta::new("contexts", ::r#gen::__private::file!(), 0, 0),
    )
}
