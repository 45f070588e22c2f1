//! [`Throw`], the trait of the types that can be thrown into a coroutine.

use std::error::Error as StdError;
use std::fmt;

use super::carried::Carried;
use super::{io, payload, Error};

/// A type that can be thrown into a coroutine, and so may be the error of a yielded future.
///
/// These types implement it: every `std::error::Error + Send + Sync + 'static`, `Box<dyn Error +
/// Send + Sync>`, `String`, `&'static str`, [`gen::Error`](Error) and, with the feature `anyhow`,
/// `anyhow::Error`. To make a type of your own throwable, implement [`std::error::Error`] for it.
///
/// `M` only keeps the implementations apart. It is always inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be thrown into a coroutine",
    label = "this error is not throwable",
    note = "an error that is thrown is a `std::error::Error` and `Send + Sync + 'static`, or a `String`, `&'static str` or `Box<dyn Error + Send + Sync>`",
    note = "make `{Self}` one of these, by an `impl std::error::Error` or in a `map_err(..)`; or take the output as it is with `gen::raw(..)`"
)]
#[doc(alias("IntoError", "raise"))]
pub trait Throw<M> {
    /// Converts the value into the error that a coroutine is resumed with.
    fn throw(self) -> Error;
}

/// Marks standard errors.
#[derive(Debug)]
pub enum Standard {}
/// Marks boxed errors.
#[derive(Debug)]
pub enum Boxed {}
/// Marks texts.
#[derive(Debug)]
pub enum Text {}
/// Marks [`gen::Error`](Error) itself.
#[derive(Debug)]
pub enum Itself {}

// `do_not_recommend`, so that rustc prints the message of `Throw`, and neither a message about
// `std::error::Error` nor a list of these impls.
#[diagnostic::do_not_recommend]
impl<E: StdError + Send + Sync + 'static> Throw<Standard> for E {
    fn throw(self) -> Error {
        Error::from(self)
    }
}

#[diagnostic::do_not_recommend]
impl Throw<Itself> for Error {
    fn throw(self) -> Error {
        self
    }
}

#[diagnostic::do_not_recommend]
impl Throw<Boxed> for Box<dyn StdError + Send + Sync + 'static> {
    fn throw(self) -> Error {
        match io::unwrap_box(self).downcast::<Carried>() {
            Ok(carried) => carried.into_error(),
            Err(other) => Error::from_payload(payload::BoxedPayload::shared(other)),
        }
    }
}

#[diagnostic::do_not_recommend]
impl Throw<Text> for String {
    fn throw(self) -> Error {
        Error::from_payload(payload::StandardPayload::shared(TextError(self.into())))
    }
}

#[diagnostic::do_not_recommend]
impl Throw<Text> for &'static str {
    fn throw(self) -> Error {
        Error::from_payload(payload::StandardPayload::shared(TextError(self.into())))
    }
}

/// An error that is only a text.
struct TextError(std::borrow::Cow<'static, str>);

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl StdError for TextError {}
