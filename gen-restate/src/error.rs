//! The errors of this library.

use std::error::Error as StdError;
use std::fmt;

use restate_sdk_shared_core::Error as CoreError;

/// The server or the coroutine does something that the protocol of Restate does not allow.
///
/// The run has not ended. The server tries it again later.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProtocolError {
    /// A status of HTTP, or one from 570 to 599, which Restate adds.
    pub code: u16,
    /// The text.
    pub message: String,
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (code {})", self.message, self.code)
    }
}

impl StdError for ProtocolError {}

impl From<&CoreError> for ProtocolError {
    fn from(error: &CoreError) -> Self {
        ProtocolError { code: error.code(), message: error.message().to_owned() }
    }
}

/// The text is no public key of a server of Restate, such as
/// `publickeyv1_w7YHemBctH5Ck2nQRQ47iBBqhNHy4FV7t2Usbye2A6f`.
#[cfg(feature = "identity")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyError {
    /// The text.
    pub key: String,
}

#[cfg(feature = "identity")]
impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no public key of a server of Restate", self.key)
    }
}

#[cfg(feature = "identity")]
impl StdError for KeyError {}

/// A request of a [`Client`](crate::Client) has no answer, or not the one that was asked for.
#[cfg(feature = "client")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientError {
    /// The server cannot be reached, or the connection has broken. The request may have arrived.
    #[non_exhaustive]
    Unreachable {
        /// The address.
        url: String,
        /// The cause.
        cause: String,
    },
    /// The server has refused the request.
    #[non_exhaustive]
    Refused {
        /// The status of HTTP.
        status: u16,
        /// The text.
        message: String,
    },
    /// There is no run of this workflow with this key.
    #[non_exhaustive]
    NoSuchRun {
        /// The name of the workflow.
        name: String,
        /// The key.
        key: String,
    },
}

#[cfg(feature = "client")]
impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClientError::Unreachable { url, cause } => {
                write!(f, "the server of Restate does not answer at {url}: {cause}")
            }
            ClientError::Refused { status, message } => {
                write!(f, "the server of Restate has refused the request with status {status}: {message}")
            }
            ClientError::NoSuchRun { name, key } => {
                write!(f, "there is no run of `{name}` with the key `{key}`")
            }
        }
    }
}

#[cfg(feature = "client")]
impl StdError for ClientError {}
