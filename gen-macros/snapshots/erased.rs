fn f<
    'a: 'gen_all,
    'gen_0: 'gen_all,
    'gen_1: 'gen_all,
    'gen_2: 'gen_all,
    'gen_3: 'gen_all,
    'gen_all,
    T: 'gen_all,
    const N: usize,
>(
    &'gen_0 self,
    x: &'a T,
    y: &'gen_1 mut Ref<'gen_2, [u8; N]>,
    z: &'gen_3 (impl Fn(&str) + 'gen_all),
) -> ::r#gen::BoxCoroutine<'gen_all, (&'gen_0 u8, &'a T)>
where
    Self: 'gen_all,
{
    fn __coroutine_site() -> ::r#gen::__private::Site {
        ::r#gen::__private::Site::new("f", "", 0, 0)
    }
    let (__call, __frame) = ::r#gen::__private::call(0);
    let __body = async move {
        let _ = &self;
        let x = x;
        let y = y;
        let z = z;
        match () {
            () => {}
            _ => return <(&'gen_0 u8, &'a T) as ::r#gen::__private::Unreached>::output(),
        }
        match () {
            () => {
                yield_!(
                    @ frame __frame __coroutine_site 0(::r#gen::__private::Edge)
                    at(__coroutine_site, 0), x
                )
            }
            _ => <(&'gen_0 u8, &'a T) as ::r#gen::__private::Unreached>::output(),
        }
    };
    ::r#gen::BoxCoroutine::new(
        ::r#gen::__private::closed_machine(__call, __body, __coroutine_site),
    )
}
