impl S {
    #[allow(unused)]
    fn start(&self, name: &str) -> ::r#gen::Result {
        use yield_ as _;
        let _ = &self;
        let name = name;
        loop {}
    }
    ::core::compile_error! {
        "unknown option `boxed` of `#[gen::engine]`\n\nhelp: the options are `send`, `crate = path`"
    }
    ::core::compile_error! {
        "an engine cannot borrow its arguments: it may run on after its call has returned\n\nhelp: take `self: Rc<Self>`"
    }
    ::core::compile_error! {
        "an engine cannot borrow its arguments: it may run on after its call has returned\n\nhelp: take an owned value, an `Rc`, or a `'static` reference"
    }
}
