pub struct S {
    field: u8,
}
::core::compile_error! {
    "`#[gen::coroutine]` makes a coroutine of a `fn`; a `struct` is none\n\nhelp: put it on a function"
}
