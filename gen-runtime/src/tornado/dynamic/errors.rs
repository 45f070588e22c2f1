//! What can be wrong with a value whose type is known only at run time.

use std::error::Error as StdError;
use std::fmt;

/// A [`dynamic::Value`](crate::dynamic::Value) was yielded whose type cannot be yielded.
///
/// A yield of a value whose type is known at compile time does not compile instead.
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
            "a value of type `{}` was yielded, but it cannot be: register it with `gen::dynamic::register`",
            self.type_name
        )
    }
}

impl StdError for BadYieldError {}

/// An [`engine`](macro@crate::engine) returned a [`dynamic::Value`](crate::dynamic::Value) that is
/// not `()`: nobody would get it.
///
/// An engine that returns a value whose type is known at compile time does not compile instead.
///
/// ```
/// use gen::dynamic::Value;
///
/// /// Runs a plugin, which has nothing to return; but that is only known when it has.
/// #[gen::engine]
/// fn run(plugin: fn() -> Value) -> gen::Result<Value> {
///     Ok(plugin())
/// }
/// gen::block_on(async {
///     run(|| Value::new(())).unwrap();
///     let error = run(|| Value::new(42_u8)).unwrap_err();
///     assert!(error.is::<gen::ReturnValueIgnoredError>());
///     assert_eq!(error.to_string(), "an engine returned a value of type `u8`, which nobody would get");
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
        write!(f, "an engine returned a value of type `{}`, which nobody would get", self.type_name)
    }
}

impl StdError for ReturnValueIgnoredError {}
