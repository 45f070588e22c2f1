pub struct S {
    field: u8,
}
::core::compile_error! {
    "`#[gen::coroutine]` turns a `fn` into a coroutine, and this is a `struct`\n\nhelp: put it on a function"
}
