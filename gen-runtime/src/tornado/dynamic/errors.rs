//! The errors of values whose type is known only at run time.

use std::error::Error as StdError;
use std::fmt;

/// A [`dynamic::Value`](crate::dynamic::Value) was yielded whose type cannot be yielded.
///
/// If the type is known at compile time, such a yield does not compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadYieldError {
    type_name: &'static str,
}

impl BadYieldError {
    pub(crate) fn new(type_name: &'static str) -> Self {
        BadYieldError { type_name }
    }

    /// The name of the type, for messages.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }
}

impl fmt::Display for BadYieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a value of type `{}` cannot be yielded: register the type with `gen::dynamic::register`",
            self.type_name
        )
    }
}

impl StdError for BadYieldError {}

/// An [`engine`](macro@crate::engine) returned a [`dynamic::Value`](crate::dynamic::Value) other
/// than `()`, which no code would receive.
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
///     assert!(error.to_string().starts_with("an engine returned a value"));
/// });
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnValueIgnoredError {
    type_name: &'static str,
}

impl ReturnValueIgnoredError {
    pub(crate) fn new(type_name: &'static str) -> Self {
        ReturnValueIgnoredError { type_name }
    }

    /// The name of the type, for messages.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }
}

impl fmt::Display for ReturnValueIgnoredError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an engine returned a value of type `{}`, which no code would receive", self.type_name)
    }
}

impl StdError for ReturnValueIgnoredError {}
