//! What the attributes do for editors, which expand a function while it is still being typed.

pub(crate) mod repair;
pub(crate) mod unfinished;
