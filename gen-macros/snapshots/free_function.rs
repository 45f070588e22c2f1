/// Documented.
#[inline]
#[allow(unused)]
pub(crate) fn fetch<'a, T: Clone>(
    url: &'a str,
    n: u32,
    a: (T, T),
    _x: u8,
) -> impl ::r#gen::Coroutine<Output = Result<&'a str>>
where
    T: Send,
{
    fn __coroutine_site() -> ::r#gen::__private::Site {
        ::r#gen::__private::Site::new("fetch", "", 0, 0)
    }
    let (__call, __frame) = ::r#gen::__private::call(0);
    let __body = async move {
        let url = url;
        let mut n = n;
        let a = a;
        let (a, _) = a;
        let _x = _x;
        let (_x,) = (_x,);
        match () {
            () => {}
            _ => return <Result<&'a str> as ::r#gen::__private::Unreached>::output(),
        }
        match () {
            () => {
                let first = yield_!(
                    @ frame __frame __coroutine_site 0(::r#gen::__private::Edge)
                    at(__coroutine_site, 0), get(url)
                )?;
                let (a, b) = gen::yield_!(
                    @ frame __frame __coroutine_site 0(::r#gen::__private::Edge)
                    at(__coroutine_site, 0), @ tuple[get(url)] [list.map(| x | x)]
                )?;
                println!(
                    "{}", yield_!(@ frame __frame __coroutine_site
                    0(::r#gen::__private::Edge) at(__coroutine_site, 0), get(yield_!(@
                    frame __frame __coroutine_site 0(::r#gen::__private::Edge)
                    at(__coroutine_site, 0), get(url)) ?)) ?
                );
                Ok(first)
            }
            _ => <Result<&'a str> as ::r#gen::__private::Unreached>::output(),
        }
    };
    ::r#gen::__private::machine(__call, __body, __coroutine_site)
}
