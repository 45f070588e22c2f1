//! `Value`: a value of any type, with the name of the type.

use std::any::{type_name, Any};
use std::error::Error as StdError;
use std::fmt;
use std::future::IntoFuture;

use super::conversion::{erase, Erased};
use super::Conversion;
use crate::error::Throw;
use crate::yieldable::FutureOfResult;

/// A value whose type is known only at run time.
///
/// It can be yielded. The result depends on its type: see [`dynamic`](crate::dynamic). It is not
/// converted before the yield.
pub struct Value {
    value: Box<dyn Any + Send>,
    /// The name of the type, for messages.
    type_name: &'static str,
}

impl Value {
    /// Wraps a value of any type.
    ///
    /// ```
    /// let value = gen::dynamic::Value::new(7_u8);
    /// assert!(value.is::<u8>());
    /// assert_eq!(value.type_name(), "u8");
    /// assert_eq!(value.downcast::<u8>().unwrap(), 7);
    /// ```
    #[must_use = "nothing happens unless it is yielded"]
    pub fn new<T: Any + Send>(value: T) -> Self {
        Value { value: Box::new(value), type_name: type_name::<T>() }
    }

    /// Wraps a future. The yield gives the output of the future, as a `Value`.
    ///
    /// ```
    /// use gen::{dynamic::Value, yield_};
    ///
    /// #[gen::coroutine]
    /// fn seven() -> gen::Result<u8> {
    ///     let value = Value::future(std::future::ready("7".parse::<u8>()));
    ///     Ok(yield_!(value)?.downcast()?)
    /// }
    /// assert_eq!(gen::run_sync(seven()).unwrap(), 7);
    /// ```
    #[must_use = "nothing happens unless it is yielded"]
    pub fn future<F, T, E, M>(future: F) -> Self
    where
        F: FutureOfResult<T, E>,
        F::IntoFuture: Send + 'static,
        T: Any + Send,
        E: Throw<M>,
        M: 'static,
    {
        Value::new(erase(future.into_future()))
    }

    /// Whether it holds a `T`.
    #[must_use]
    pub fn is<T: Any>(&self) -> bool {
        self.value.is::<T>()
    }

    /// Returns a reference to the value if it is a `T`.
    #[must_use]
    pub fn downcast_ref<T: Any>(&self) -> Option<&T> {
        self.value.downcast_ref()
    }

    /// Takes the value out, if it is a `T`.
    ///
    /// # Errors
    ///
    /// [`WrongType`], which names both types. The value is dropped; to keep it, check the type
    /// first with [`is`](Self::is).
    pub fn downcast<T: Any>(self) -> Result<T, WrongType> {
        self.take().map_err(|value| WrongType { found: value.type_name(), expected: type_name::<T>() })
    }

    /// Takes the value out if it is a `T`, or else returns it unchanged.
    pub(crate) fn take<T: Any>(self) -> Result<T, Value> {
        let Value { value, type_name } = self;
        value.downcast().map(|value| *value).map_err(|value| Value { value, type_name })
    }

    /// Returns the name of the type, for messages.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        if self.is::<Erased>() {
            "a future"
        } else {
            self.type_name
        }
    }

    /// The key of its conversion in the registry.
    pub(super) fn type_id(&self) -> std::any::TypeId {
        (*self.value).type_id()
    }
}

/// The name of the type is not known, so messages do not contain it.
impl From<Box<dyn Any + Send>> for Value {
    fn from(value: Box<dyn Any + Send>) -> Self {
        Value { value, type_name: "a type without a name" }
    }
}

impl IntoFuture for Value {
    type Output = crate::Result<Value>;
    type IntoFuture = Conversion;

    fn into_future(self) -> Conversion {
        Conversion::of(self)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({})", self.type_name())
    }
}

/// A [`Value`] holds a value of another type than the expected one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongType {
    found: &'static str,
    expected: &'static str,
}

impl fmt::Display for WrongType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the value is of type `{}`, not `{}`", self.found, self.expected)
    }
}

impl StdError for WrongType {}
