impl S {
    #[allow(unused)]
    fn start(&self, name: &str) -> ::r#gen::Result {
        use yield_ as _;
        let _ = &self;
        let name = name;
        loop {}
    }
    ::core::compile_error! {
        "unknown option `boxed` of `#[gen::engine]`\n\nhelp: there is `crate = path`"
    }
    ::core::compile_error! {
        "an engine cannot borrow its arguments: it goes on when the call has returned\n\nhelp: take `self: Rc<Self>`"
    }
    ::core::compile_error! {
        "an engine cannot borrow its arguments: it goes on when the call has returned\n\nhelp: take the value itself, an `Rc`, or a reference that is `'static`"
    }
}
