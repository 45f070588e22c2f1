//! Looks for mistakes: in the signature, and in where the yields of the body stand.

mod body;
mod engine;
mod signature;

pub(crate) use self::body::check as body;
pub(crate) use self::signature::check as signature;
