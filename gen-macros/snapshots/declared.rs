trait Trait {
    fn get(
        &self,
        _: u8,
        mut n: u8,
    ) -> impl ::r#gen::Coroutine<Output = u8> + ::r#gen::__private::Send;
}
