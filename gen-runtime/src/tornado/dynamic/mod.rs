//! Values whose type is known only at run time, and how they are yielded.
//!
//! As a rule, the type of a yielded value is known at compile time, and so is whether it can be
//! yielded. But a plugin, a scripting language or a message may supply a value of unknown type: a
//! [`Value`]. When it is yielded, its type decides the result:
//!
//! | the value is | the yield gives |
//! |---|---|
//! | a future, made by [`Value::future`] | its output |
//! | a `Vec<Value>` | a `Vec<Value>` of the results, resolved in parallel |
//! | a `HashMap<String, Value>`, a `BTreeMap<String, Value>` | a map of the same kind and keys, resolved in parallel |
//! | of a type that was [registered](register) | the output of the future that the registered function makes |
//! | anything else | a [`BadYieldError`], which names the type |
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
//! let queries = vec![Value::new(Query("abc")), Value::new(Query("de"))];
//! assert_eq!(gen::run_sync(lengths(queries)).unwrap(), 5);
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
