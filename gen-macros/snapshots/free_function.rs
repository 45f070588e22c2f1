/// Documented.
#[inline]
#[allow(unused)]
pub(crate) fn fetch<'a, T: Clone>(
    url: &'a str,
    n: u32,
    __arg2: (T, T),
    __arg3: u8,
) -> impl ::r#gen::Coroutine<Output = Result<&'a str>>
where
    T: Send,
{
    fn __coroutine_site() -> ::r#gen::__private::Site {
        ::r#gen::__private::Site::new("fetch", "", 0, 0)
    }
    let (__call, __frame) = ::r#gen::__private::call(0);
    ::r#gen::__private::machine(
        __call,
        async move {
            let url = url;
            let mut n = n;
            let __arg2 = __arg2;
            let (a, _) = __arg2;
            let __arg3 = __arg3;
            let (_x,) = (__arg3,);
            match () {
                () => {}
                _ => return <Result<&'a str> as ::r#gen::__private::Unreached>::output(),
            }
            return match () {
                () => {
                    let first = yield_!(@ frame __frame __coroutine_site 0, get(url))?;
                    let (a, b) = gen::yield_!(
                        @ frame __frame __coroutine_site 0, @ tuple[get(url)] [list.map(|
                        x | x)]
                    )?;
                    println!(
                        "{}", yield_!(@ frame __frame __coroutine_site 0, get(yield_!(@
                        frame __frame __coroutine_site 0, get(url)) ?)) ?
                    );
                    Ok(first)
                }
                _ => <Result<&'a str> as ::r#gen::__private::Unreached>::output(),
            };
        },
        __coroutine_site,
    )
}
