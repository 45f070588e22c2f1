//! [`measured`]: a future whose yields are counted.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::handles::count_error;
use super::wait::Wait;
use crate::inject::{answering, in_flight, is_of_first_step, Measurement};

/// Counts the yields of a coroutine, or of any future with coroutines in it.
///
/// It is a future with the same output: yield it, or start it with [`spawn`](crate::spawn). The
/// [page of the module](crate::metrics) says what is counted.
///
/// ```
/// # #[gen::coroutine]
/// # fn handle(request: u32) -> gen::Result<u32> { Ok(request) }
/// use gen::metrics::measured;
/// use gen::yield_;
///
/// #[gen::coroutine]
/// fn serve() -> gen::Result {
///     let task = gen::spawn(measured(handle(1)));
///     assert_eq!(yield_!(task)?, 1);
///
///     // Each child of a list:
///     let answers = yield_!([2, 3].map(|request| measured(handle(request))))?;
///     assert_eq!(answers, [2, 3]);
///     Ok(())
/// }
/// # gen::run_sync(serve())?;
/// # Ok::<(), gen::Error>(())
/// ```
///
/// # Cancellation
///
/// As without it: a cancellation, and a thrown error, arrive at the yields of the future. Dropping
/// it drops the future, after the wait has been observed.
pub fn measured<F: Future>(future: F) -> Measured<F> {
    Measured { wait: None, is_in_first_step: false, future }
}

pin_project! {
    /// The future of [`measured`].
    #[must_use = "futures do nothing unless they are yielded or awaited"]
    pub struct Measured<F> {
        // The first field, so that the wait ends before the future is dropped.
        wait: Option<Wait>,
        // Whether the last poll was the first step of a task on a foreign executor, which then
        // polls the task once more without a wake.
        is_in_first_step: bool,
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Measured<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if let Some(wait) = this.wait.as_mut() {
            wait.is_over();
        }
        let was_first_step = mem::replace(this.is_in_first_step, is_of_first_step(cx.waker()));
        let is_without_wake = was_first_step || answering::is_question(cx.waker());
        let (polled, measurement) = in_flight::measured(cx.waker(), || this.future.poll(cx));
        let measurement = measurement.unwrap_or_default();
        let may_go_on = is_without_wake || measurement.is_same_wait();
        let Measurement { innermost, errors, .. } = measurement;
        errors.iter().for_each(count_error);
        let innermost = innermost.filter(|_| polled.is_pending());
        match (this.wait.as_mut(), &innermost) {
            (Some(wait), Some(site)) if wait.is_at(site) && may_go_on => wait.goes_on(),
            _ => {
                *this.wait = None;
                *this.wait = innermost.map(Wait::begin);
            }
        }
        polled
    }
}

impl<F> fmt::Debug for Measured<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Measured").field("wait", &self.wait).finish_non_exhaustive()
    }
}
