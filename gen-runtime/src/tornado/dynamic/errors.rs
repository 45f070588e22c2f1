//! The errors of values whose type is known only at run time.

use crate::error::type_error;

type_error! {
    /// A [`dynamic::Value`](crate::dynamic::Value) was yielded whose type cannot be yielded.
    ///
    /// If the type is known at compile time, such a yield does not compile.
    BadYieldError: "a value of type `{}` cannot be yielded: register the type with `gen::dynamic::register`"
}

type_error! {
    /// An [`engine`](macro@crate::engine) returned a [`dynamic::Value`](crate::dynamic::Value) that
    /// is not `()`, and that no code would receive.
    ///
    /// If the type is known at compile time, such an engine does not compile.
    ///
    /// ```
    /// use gen::dynamic::Value;
    ///
    /// /// Runs a plugin. Whether it returns a value is known only at run time.
    /// #[gen::engine]
    /// fn run(plugin: fn() -> Value) -> gen::Result<Value> {
    ///     Ok(plugin())
    /// }
    /// gen::block_on(async {
    ///     run(|| Value::new(())).unwrap();
    ///     let error = run(|| Value::new(42_u8)).unwrap_err();
    ///     assert!(error.is::<gen::ReturnValueIgnoredError>());
    ///     let text = "an engine returned a value of type `u8`, \
    ///                 which no code would receive";
    ///     assert_eq!(error.to_string(), text);
    /// });
    /// ```
    ReturnValueIgnoredError: "an engine returned a value of type `{}`, which no code would receive"
}
