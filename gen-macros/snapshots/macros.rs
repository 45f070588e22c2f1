fn shout(words: &[&str]) -> impl ::r#gen::Coroutine<Output = gen::Result<()>> {
    let __call = ::r#gen::__private::Call::new(0);
    let __frame = __call.frame();
    ::r#gen::__private::machine(
        __call,
        async move {
            let words = words;
            match () {
                () => {}
                _ => {
                    return {
                        <gen::Result<()> as ::r#gen::__private::Unreached>::output()
                    };
                }
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
                _ => <gen::Result<()> as ::r#gen::__private::Unreached>::output(),
            };
        },
        || ::r#gen::__private::Meta::new("shout", "", 0, 0),
    )
}
