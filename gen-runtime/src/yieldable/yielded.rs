//! The type that lacks a trait in the messages about mistakes.

/// The type that lacks a trait in each message about a mistake: a coroutine cannot yield the value.
pub struct ACoroutine;

/// Names [`ACoroutine`] as a projection of `Y`.
///
/// It is the same type for each `Y`. A bound on `ACoroutine` itself would be checked during method
/// lookup: rustc would find that the method does not fit, and would report only that.
pub trait Yielded {
    /// Always [`ACoroutine`].
    type By;
}

impl<Y: ?Sized> Yielded for Y {
    type By = ACoroutine;
}
