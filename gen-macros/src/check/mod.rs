//! Looks for mistakes: in the signature, in what an option wants of it, and in where the yields of the body stand.

mod body;
mod borrows;
mod engine;
mod returns;
mod signature;

pub(crate) use self::body::check as body;
pub(crate) use self::returns::check as returns;
pub(crate) use self::signature::check as signature;
