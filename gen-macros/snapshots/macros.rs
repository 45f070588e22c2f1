fn shout(words: &[&str]) -> impl ::r#gen::Coroutine<Output = gen::Result<()>> {
    fn __coroutine_site() -> ::r#gen::__private::Site {
        ::r#gen::__private::Site::new("shout", "", 0, 0)
    }
    let (__call, __frame) = ::r#gen::__private::call(0);
    let __body = async move {
        let words = words;
        match () {
            () => {}
            _ => return <gen::Result<()> as ::r#gen::__private::Unreached>::output(),
        }
        match () {
            () => {
                macro_rules! say {
                    ($word:expr) => {
                        yield_!(@ frame __frame __coroutine_site
                        0(::r#gen::__private::Edge) at(__coroutine_site, 0),
                        write($word)) ?
                    };
                }
                for word in words {
                    say!(word)
                }
                select! {
                    done = yield_!(@ frame __frame __coroutine_site
                    0(::r#gen::__private::Edge) at(__coroutine_site, 0), first()) => {},
                    late = second() => return Err(late.into())
                }
                Ok(())
            }
            _ => <gen::Result<()> as ::r#gen::__private::Unreached>::output(),
        }
    };
    ::r#gen::__private::machine(__call, __body, __coroutine_site)
}
