//! Values whose type is known only at run time, and how they are yielded.
//!
//! What is yielded has a type, as a rule, and whether it can be is checked when it is compiled. A plugin, a scripting language or a message from elsewhere
//! may hand over *something*: a [`Value`]. It can be yielded; what becomes of it is looked up by its type when the yield is reached:
//!
//! | the value is | the yield gives |
//! |---|---|
//! | a future, made by [`Value::future`] | its output |
//! | a `Vec<Value>` | a `Vec<Value>` of the results, resolved in parallel |
//! | a `HashMap<String, Value>`, a `BTreeMap<String, Value>` | a map of the same kind and keys, resolved in parallel |
//! | of a type that was [registered](register) | what the registered function's future gives |
//! | anything else | a [`BadYieldError`](crate::BadYieldError), which names the type |
//!
//! ```
//! use gen::dynamic::{register, Value};
//! use gen::yield_;
//!
//! struct Query(&'static str);
//! register(|query: Query| async move { Ok::<_, gen::Error>(query.0.len()) });
//!
//! #[gen::coroutine]
//! fn lengths(values: Vec<Value>) -> gen::Result<usize> {
//!     let mut sum = 0;
//!     for value in values {
//!         sum += yield_!(value)?.downcast::<usize>()?;
//!     }
//!     Ok(sum)
//! }
//! assert_eq!(gen::run_sync(lengths(vec![Value::new(Query("abc")), Value::new(Query("de"))])).unwrap(), 5);
//!
//! let error = gen::run_sync(lengths(vec![Value::new(7_u8)])).unwrap_err();
//! assert!(error.is::<gen::BadYieldError>());
//! ```

mod conversion;
mod errors;
mod registry;
mod value;

pub use self::conversion::Conversion;
pub use self::errors::{BadYieldError, ReturnValueIgnoredError};
pub use self::registry::register;
pub use self::value::{Value, WrongType};
