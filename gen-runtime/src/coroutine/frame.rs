//! The state of one call of a coroutine function, and the hidden local that every `yield_!` uses.
//!
//! Both are made from the literal `0`, whose type is the kind of the frame. If no yield of the body
//! needs state, the type is open and falls back to `i32`. Then both are empty: no size, no
//! destructor. A yieldable that needs state of the call requires the frame of another integer type.
//!
//! | | owner | purpose |
//! |---|---|---|
//! | [`Call`] | the machine, beside the body | the work at the end of the body |
//! | [`Frame`] of a call | the body, which captures it | the yields |
//! | [`Frame`] of a block | a nested `async` block, which has no machine around it | its yields, and the work at its end |
//!
//! rustc knows the type of the literal only after it has checked the whole body. Until then it
//! tries each obligation that depends on the type again and again. So as little as possible depends
//! on it: the last field of both types has a known size, so that rustc need not find out whether
//! they are `Sized`.

use std::marker::PhantomData;
use std::task::Poll;

/// The kind of state that the yields of a body need, found by type inference.
///
/// A body that yields a [`YieldPoint`](crate::YieldPoint) has the kind `u8`, any other body `i32`.
/// If you implement [`Yieldable`](crate::Yieldable) for a container, make the implementation
/// generic over the kind, and pass the frame on to the elements.
pub trait FrameKind: Copy {
    #[doc(hidden)]
    type Call;

    #[doc(hidden)]
    type Frame;

    /// The frame of a nested `async` block.
    #[doc(hidden)]
    const BLOCK: Self::Frame;

    #[doc(hidden)]
    fn call() -> Self::Call;

    #[doc(hidden)]
    fn frame(call: &Self::Call) -> Self::Frame;
}

/// The kind of a body that yields only futures, and lists, maps and tuples of them.
impl FrameKind for i32 {
    type Call = ();
    type Frame = ();
    const BLOCK: () = ();

    #[inline(always)]
    fn call() {}

    #[inline(always)]
    fn frame((): &()) {}
}

/// The work at the end of a body with output `O`.
pub trait Finish<O>: FrameKind {
    /// Polls the body. When it ends, does the work and returns the output of the coroutine.
    fn poll(call: &Call<Self>, poll_body: impl FnOnce() -> Poll<O>) -> Poll<O>;
}

impl<O> Finish<O> for i32 {
    #[inline(always)]
    fn poll(_: &Call<i32>, poll_body: impl FnOnce() -> Poll<O>) -> Poll<O> {
        poll_body()
    }
}

/// The state of one call of a coroutine function. It takes no space unless a yield needs it.
#[derive(Debug)]
pub struct Call<K: FrameKind> {
    state: K::Call,
    kind: PhantomData<K>,
}

impl<K: FrameKind> Call<K> {
    pub(crate) fn state(&self) -> &K::Call {
        &self.state
    }
}

/// The state of a call whose body does not yield.
pub const NO_CALL: Call<i32> = Call { state: (), kind: PhantomData };

/// Makes the state of a call, and the frame for its body. `_kind` is always the literal `0`.
#[inline(always)]
pub fn call<K: FrameKind>(_kind: K) -> (Call<K>, Frame<K>) {
    let call = Call { state: K::call(), kind: PhantomData };
    let frame = Frame { state: K::frame(&call.state), kind: PhantomData };
    (call, frame)
}

/// The hidden local that every `yield_!` of a body uses. It takes no space unless a yield needs it.
#[derive(Debug)]
pub struct Frame<K: FrameKind> {
    state: K::Frame,
    kind: PhantomData<K>,
}

/// A frame without state is copied into an `async move` block that a foreign macro makes: the
/// attribute does not see such a block, and cannot give it a frame of its own. A frame with state
/// moves into the block, and the body around it loses its frame.
impl<K: FrameKind> Copy for Frame<K> where K::Frame: Copy {}

impl<K: FrameKind> Clone for Frame<K>
where
    K::Frame: Copy,
{
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: FrameKind> Frame<K> {
    /// Makes the frame of a nested `async` block, which belongs to no call. `_kind` is always the
    /// literal `0`.
    ///
    /// The caller evaluates it in a `const` block. As far as rustc knows, a call at run time could
    /// unwind, and then each variable that the `async` block moves would need a drop flag in its
    /// state machine.
    #[inline(always)]
    #[must_use]
    pub const fn new(_kind: K) -> Self {
        Frame { state: K::BLOCK, kind: PhantomData }
    }

    pub(crate) fn state(&self) -> &K::Frame {
        &self.state
    }
}
