//! Polling by hand.

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

/// A waker of its own, and how often it was woken.
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
    /// A poller that nobody has woken.
    pub fn new() -> Self {
        let wakes = Arc::new(Wakes::default());
        Poller { waker: wakes.clone().into(), wakes }
    }

    /// Polls a future once.
    pub fn poll<F: Future>(&self, future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut self.context())
    }

    /// Resumes a coroutine once, with the error that is in `thrown`.
    pub fn resume<C: Coroutine>(
        &self,
        coroutine: Pin<&mut C>,
        thrown: &mut Option<gen::Error>,
    ) -> Poll<C::Output> {
        coroutine.resume(&mut self.context(), thrown)
    }

    /// The context to poll with.
    pub fn context(&self) -> Context<'_> {
        Context::from_waker(&self.waker)
    }

    /// How often the waker was woken since this was last asked.
    pub fn wakes(&self) -> usize {
        self.wakes.0.swap(0, Ordering::SeqCst)
    }

    /// Whether anything still holds the waker when the poller itself is gone.
    pub fn into_leak(self) -> Leak {
        Leak(Arc::downgrade(&self.wakes))
    }
}

/// What is left of a waker.
pub struct Leak(Weak<Wakes>);

impl Leak {
    /// How many clones of the waker live.
    pub fn clones(&self) -> usize {
        self.0.strong_count()
    }
}

/// A boxed coroutine with a poller of its own, for tests that drive just one.
pub struct Task<C: Coroutine> {
    /// The coroutine.
    pub coroutine: Pin<Box<C>>,
    /// Its poller.
    pub poller: Poller,
    /// What was thrown and not taken yet.
    pub thrown: Option<gen::Error>,
}

impl<C: Coroutine> Task<C> {
    /// Boxes a coroutine; nothing runs yet.
    pub fn new(coroutine: C) -> Self {
        Task { coroutine: Box::pin(coroutine), poller: Poller::new(), thrown: None }
    }

    /// Polls it once.
    pub fn poll(&mut self) -> Poll<C::Output> {
        self.poller.poll(self.coroutine.as_mut())
    }

    /// Throws a text, and resumes it once.
    pub fn throw(&mut self, text: &'static str) -> Poll<C::Output> {
        self.thrown = Some(gen::Error::new(text));
        self.resume()
    }

    /// Resumes it once with what is in `thrown`.
    pub fn resume(&mut self) -> Poll<C::Output> {
        self.poller.resume(self.coroutine.as_mut(), &mut self.thrown)
    }

    /// Polls it as long as its waker is woken.
    ///
    /// # Panics
    ///
    /// If it is not ready although nobody woke it.
    pub fn run(&mut self) -> C::Output {
        loop {
            if let Poll::Ready(output) = self.poll() {
                return output;
            }
            assert_ne!(self.poller.wakes(), 0, "the task is pending and nobody has woken it");
        }
    }

    /// The text of the error that nobody took.
    pub fn left(&self) -> Option<String> {
        self.thrown.as_ref().map(ToString::to_string)
    }
}
