//! `bail!` and `ensure!`, which return an error from the function.

use std::fmt;

use super::{Error, Throw};

/// Returns an error from the function, or from the coroutine.
///
/// | form | error |
/// |---|---|
/// | `bail!("no page {number}")`, `bail!("no page {}", number)` | a [`gen::Error`](crate::Error) with the text |
/// | `bail!(text)`, where `text` is a `String` or a `&str` | a [`gen::Error`](crate::Error) with the text |
/// | `bail!(error)` | `error` |
///
/// The error is converted into the error type of the function, as by `?`. So a text needs an error
/// type that implements `From<gen::Error>`, and a function may return its own errors unchanged.
///
/// The error does not record where it was made. Its [trace](crate::Error::trace) consists of the
/// yields that it passes, and begins in the caller, with the yield of this coroutine.
///
/// There is no macro that only makes such an error: write `gen::Error::new(format!(..))`, or
/// [`context`](trait@crate::Context) on an `Option`.
///
/// ```
/// #[derive(Debug, thiserror::Error)]
/// enum FetchError {
///     #[error("there is no page {0}")]
///     NoPage(u32),
///     #[error(transparent)]
///     Yield(#[from] gen::Error),
/// }
///
/// #[gen::coroutine]
/// fn fetch(page: u32) -> Result<String, FetchError> {
///     match page {
///         0 => gen::bail!(FetchError::NoPage(page)),
///         1..10 => Ok(format!("page {page}")),
///         _ => gen::bail!("page {page} is too far away"),
///     }
/// }
/// let texts = [0, 1, 10].map(|page| match gen::block_on(fetch(page)) {
///     Ok(text) => text,
///     Err(FetchError::NoPage(page)) => format!("not {page}"),
///     Err(FetchError::Yield(error)) => error.to_string(),
/// });
/// assert_eq!(texts, ["not 0", "page 1", "page 10 is too far away"]);
/// ```
#[macro_export]
macro_rules! bail {
    ($text:literal $(,)?) => {
        return $crate::__private::Err($crate::__private::From::from($crate::__private::text_error(
            $crate::__private::format_args!($text),
        )))
    };
    ($error:expr $(,)?) => {
        return $crate::__private::Err($crate::__private::From::from(match $error {
            error => {
                use $crate::__private::ErrorItself as _;
                $crate::__private::Bailed(error).bailed()
            }
        }))
    };
    ($text:expr, $($arguments:tt)+) => {
        return $crate::__private::Err($crate::__private::From::from($crate::__private::text_error(
            $crate::__private::format_args!($text, $($arguments)+),
        )))
    };
}

/// Returns an error from the function, or from the coroutine, unless a condition holds.
///
/// `ensure!(condition, ..)` is `if !condition { bail!(..) }`, and takes the same forms as
/// [`bail!`](crate::bail). Without them, as in `ensure!(condition)`, the text of the error names
/// the condition. The error is made only if the condition does not hold.
///
/// ```
/// #[gen::coroutine]
/// fn first_page(number: u32) -> gen::Result<u32> {
///     gen::ensure!(number > 0);
///     gen::ensure!(number < 100, "there is no page {number}");
///     Ok(number)
/// }
/// assert_eq!(gen::run_sync(first_page(1)).unwrap(), 1);
///
/// let error = gen::run_sync(first_page(0)).unwrap_err();
/// assert_eq!(error.to_string(), "condition failed: `number > 0`");
///
/// let error = gen::run_sync(first_page(100)).unwrap_err();
/// assert_eq!(error.to_string(), "there is no page 100");
/// ```
#[macro_export]
macro_rules! ensure {
    ($condition:expr $(,)?) => {
        if $condition {
        } else {
            $crate::bail!("condition failed: `{}`", $crate::__private::stringify!($condition))
        }
    };
    ($condition:expr, $($error:tt)+) => {
        if $condition {
        } else {
            $crate::bail!($($error)+)
        }
    };
}

/// An error with a formatted text.
#[cold]
#[must_use]
pub fn text_error(text: fmt::Arguments<'_>) -> Error {
    match text.as_str() {
        Some(text) => text.throw(),
        None => text.to_string().throw(),
    }
}

/// Holds the value that `bail!` was given. Method lookup on it prefers the methods for texts, which
/// are inherent, to [`ErrorItself`].
pub struct Bailed<E>(pub E);

impl Bailed<String> {
    /// An error with this text.
    #[cold]
    #[must_use]
    pub fn bailed(self) -> Error {
        self.0.throw()
    }
}

impl Bailed<&str> {
    /// An error with this text.
    #[cold]
    #[must_use]
    pub fn bailed(self) -> Error {
        self.0.to_owned().throw()
    }
}

/// Any other value than a text: an error that is converted as by `?`.
pub trait ErrorItself<E> {
    /// Returns the value.
    fn bailed(self) -> E;
}

impl<E> ErrorItself<E> for Bailed<E> {
    fn bailed(self) -> E {
        self.0
    }
}
