//! Polls futures by hand.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Wake, Waker};

use gen::Coroutine;

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A waker of its own that counts its wakes.
pub struct Poller {
    wakes: Arc<Wakes>,
    waker: Waker,
}

impl Default for Poller {
    fn default() -> Self {
        Self::new()
    }
}

impl Poller {
    /// Creates a poller whose waker was not woken yet.
    pub fn new() -> Self {
        let wakes = Arc::new(Wakes::default());
        Poller { waker: wakes.clone().into(), wakes }
    }

    /// Polls a future once.
    pub fn poll<F: Future>(&self, future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut self.context())
    }

    /// Resumes a coroutine once, with the error in `thrown`.
    pub fn resume<C: Coroutine>(
        &self,
        coroutine: Pin<&mut C>,
        thrown: &mut Option<gen::Error>,
    ) -> Poll<C::Output> {
        coroutine.resume(&mut self.context(), thrown)
    }

    /// The context for a poll.
    pub fn context(&self) -> Context<'_> {
        Context::from_waker(&self.waker)
    }

    /// The number of wakes since the last call.
    pub fn wakes(&self) -> usize {
        self.wakes.0.swap(0, Ordering::SeqCst)
    }

    /// Drops the poller, and returns the rest that clones of the waker keep alive.
    pub fn into_leak(self) -> Leak {
        Leak(Arc::downgrade(&self.wakes))
    }
}

/// The rest of a waker after its poller was dropped.
pub struct Leak(Weak<Wakes>);

impl Leak {
    /// The number of clones of the waker that are alive.
    pub fn clones(&self) -> usize {
        self.0.strong_count()
    }
}

/// A boxed coroutine with a poller of its own, for tests that drive one coroutine.
pub struct Task<C: Coroutine> {
    /// The coroutine.
    pub coroutine: Pin<Box<C>>,
    /// Its poller.
    pub poller: Poller,
    /// The error that was thrown and not taken yet.
    pub thrown: Option<gen::Error>,
}

impl<C: Coroutine> Task<C> {
    /// Boxes a coroutine. Nothing runs yet.
    pub fn new(coroutine: C) -> Self {
        Task { coroutine: Box::pin(coroutine), poller: Poller::new(), thrown: None }
    }

    /// Polls the coroutine once.
    pub fn poll(&mut self) -> Poll<C::Output> {
        self.poller.poll(self.coroutine.as_mut())
    }

    /// Throws a text, and resumes the coroutine once.
    pub fn throw(&mut self, text: &'static str) -> Poll<C::Output> {
        self.thrown = Some(gen::Error::new(text));
        self.resume()
    }

    /// Resumes the coroutine once with the error in `thrown`.
    pub fn resume(&mut self) -> Poll<C::Output> {
        self.poller.resume(self.coroutine.as_mut(), &mut self.thrown)
    }

    /// Polls the coroutine as long as its waker is woken.
    ///
    /// # Panics
    ///
    /// If the coroutine is not ready although its waker was not woken.
    pub fn run(&mut self) -> C::Output {
        loop {
            if let Poll::Ready(output) = self.poll() {
                return output;
            }
            assert_ne!(self.poller.wakes(), 0, "the task is pending and nobody has woken it");
        }
    }

    /// The text of the error that the coroutine did not take.
    pub fn left(&self) -> Option<String> {
        self.thrown.as_ref().map(ToString::to_string)
    }
}
