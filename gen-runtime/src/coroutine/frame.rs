//! What a call of a coroutine function has of its own, and the hidden local that every `yield_!` of its body goes through.
//!
//! Both are made from the literal `0`. A body whose yields ask for nothing leaves that literal's type open, it falls back to `i32`, and both are
//! empty: no size, no destructor. A yieldable that needs state of the call asks for the frame of another integer type.
//!
//! | | lives in | is there for |
//! |---|---|---|
//! | [`Call`] | the machine, beside the body | what is to be done when the body has ended |
//! | [`Frame`] of a call | the body, which captures it | the yields |
//! | [`Frame`] of a block | a nested `async` block, which has no machine of ours around it | its yields, and their end |
//!
//! rustc knows the type of the literal only when it has seen the whole body, and tries again and again until then whatever depends on it. So nothing does that need not:
//! the last field of both is one whose size it knows, or whether they are `Sized` would be such a question.

use std::marker::PhantomData;
use std::task::Poll;

/// What a frame has to hold, found by type inference from what the body yields.
///
/// A body that yields a [`YieldPoint`](crate::YieldPoint) has the kind `u8`, any other `i32`. Your own [`Yieldable`](crate::Yieldable) containers are generic over it and hand it on.
pub trait FrameKind: Copy {
    #[doc(hidden)]
    type Call;

    #[doc(hidden)]
    type Frame;

    #[doc(hidden)]
    const BLOCK: Self::Frame;

    #[doc(hidden)]
    fn call() -> Self::Call;

    #[doc(hidden)]
    fn frame(call: &Self::Call) -> Self::Frame;
}

/// A body that yields futures, and lists, maps and tuples of them.
impl FrameKind for i32 {
    type Call = ();
    type Frame = ();
    const BLOCK: () = ();

    #[inline(always)]
    fn call() {}

    #[inline(always)]
    fn frame((): &()) {}
}

/// What is done when a body of output `O` has ended.
pub trait Finish<O>: FrameKind {
    /// Polls the body; its output becomes that of the coroutine.
    fn poll(call: &Call<Self>, poll_body: impl FnOnce() -> Poll<O>) -> Poll<O>;
}

/// Nothing, whatever the output.
impl<O> Finish<O> for i32 {
    #[inline(always)]
    fn poll(_: &Call<i32>, poll_body: impl FnOnce() -> Poll<O>) -> Poll<O> {
        poll_body()
    }
}

/// What a call of a coroutine function has of its own. It takes no space unless something that is yielded needs it.
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

/// The call of a body that does not yield.
pub const NO_CALL: Call<i32> = Call { state: (), kind: PhantomData };

/// A call, and the frame for the yields of its body; `kind` is always the literal `0`.
#[inline(always)]
pub fn call<K: FrameKind>(_kind: K) -> (Call<K>, Frame<K>) {
    let call = Call { state: K::call(), kind: PhantomData };
    let frame = Frame { state: K::frame(&call.state), kind: PhantomData };
    (call, frame)
}

/// The hidden local that yields go through. It takes no space unless something that is yielded needs it.
#[derive(Debug)]
pub struct Frame<K: FrameKind> {
    state: K::Frame,
    kind: PhantomData<K>,
}

/// A frame without state is copied into each `async move` block that yields, also into one that a macro has made where the attribute cannot
/// see it and so cannot give it a frame of its own. A frame with state moves into such a block, and is then gone from the body around it.
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
    /// A frame that belongs to no call, as nested `async` blocks have it; `kind` is always the literal `0`.
    ///
    /// It is made in a `const` block: a call there could unwind as far as rustc knows, and then each variable that the block moves away would need a
    /// flag in its state machine.
    #[inline(always)]
    #[must_use]
    pub const fn new(_kind: K) -> Self {
        Frame { state: K::BLOCK, kind: PhantomData }
    }

    pub(crate) fn state(&self) -> &K::Frame {
        &self.state
    }
}
