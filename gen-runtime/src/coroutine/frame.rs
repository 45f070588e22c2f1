//! The hidden local that every `yield_!` of a body goes through.

/// What a frame has to hold, found by type inference from what the body yields.
///
/// A frame is made from the literal `0`. A body whose yields ask for nothing leaves that literal's type open, it falls back to `i32`, and the frame
/// is empty: no size, no destructor. A yieldable that needs state of the call asks for the frame of another integer type.
///
/// Your own [`Yieldable`](crate::Yieldable) containers are generic over it and hand it on.
pub trait Kind: Copy {
    #[doc(hidden)]
    type State;

    #[doc(hidden)]
    const NEW: Self::State;
}

/// A body that yields futures, and lists, maps and tuples of them.
impl Kind for i32 {
    type State = ();
    const NEW: () = ();
}

/// The hidden local of a coroutine call. It takes no space unless something that is yielded needs it.
#[derive(Debug)]
pub struct Frame<K: Kind> {
    _state: K::State,
}

impl<K: Kind> Frame<K> {
    /// The frame of a call; `kind` is always the literal `0`.
    ///
    /// It is made in a `const` block: a call there, between the arguments and the body, could unwind as far as rustc knows, and then each argument
    /// that the body moves away would need a flag in the machine.
    #[inline(always)]
    #[must_use]
    pub const fn new(_kind: K) -> Self {
        Frame { _state: K::NEW }
    }
}
