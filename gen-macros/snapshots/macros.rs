fn shout(words: &[&str]) -> impl ::r#gen::Coroutine<Output = gen::Result<()>> {
    let __call = ::r#gen::__private::Call::new(0);
    let __frame = __call.frame();
    ::r#gen::__private::machine(
        __call,
        async move {
            let words = words;
            match () {
                () => {}
                _ => return { ::r#gen::__private::output::<gen::Result<()>>() },
            }
            return match () {
                () => {
                    macro_rules! say {
                        ($word:expr) => {
                            yield_!(@ frame __frame, write($word)) ?
                        };
                    }
                    for word in words {
                        say!(word)
                    }
                    select! {
                        done = yield_!(@ frame __frame, first()) => {}, late = second()
                        => return Err(late.into())
                    }
                    Ok(())
                }
                _ => ::r#gen::__private::output::<gen::Result<()>>(),
            };
        },
        || ::r#gen::__private::Meta::new("shout", ::r#gen::__private::file!(), 0, 0),
    )
}
