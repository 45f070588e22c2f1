//! By whom something is yielded: what the messages about mistakes are demanded of.

/// Who cannot yield it.
pub struct ACoroutine;

/// By whom something is yielded. It is always [`ACoroutine`]; but said of the type, for else method lookup knew that the method does not fit, and would say only that.
pub trait Yielded {
    /// Who it is.
    type By;
}

impl<Y: ?Sized> Yielded for Y {
    type By = ACoroutine;
}
