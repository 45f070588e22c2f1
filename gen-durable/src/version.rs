//! [`version`]: lets old runs finish with the old code.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::core::Core;
use crate::place::Place;

/// Says which code of a changed coroutine this run has to take: `newest`, or that of an earlier
/// program that has begun the run.
///
/// | the run | gets |
/// |---|---|
/// | was beyond this point before the program had this `version` | 0 |
/// | was beyond this point with an earlier `newest` | that number, which is in its journal |
/// | comes to this point for the first time, or runs without a journal | `newest` |
///
/// So the first change makes it 0 or 1, and the next change of the same place 0, 1 or 2:
///
/// ```
/// # use gen::yield_;
/// # use gen_durable::{step, version, MemoryJournal, Records};
/// // The program of the last month.
/// #[gen::coroutine]
/// fn order_before() -> gen::Result<&'static str> {
///     yield_!(step("charge", || async { Ok(()) }))?;
///     yield_!(step("send", || async { Ok(()) }))?;
///     Ok("charged, sent")
/// }
///
/// // The program of today, which checks an order before it charges.
/// #[gen::coroutine]
/// fn order() -> gen::Result<&'static str> {
///     let checks = yield_!(version("checks", 1))? >= 1;
///     if checks {
///         yield_!(step("check", || async { Ok(()) }))?;
///     }
///     yield_!(step("charge", || async { Ok(()) }))?;
///     yield_!(step("send", || async { Ok(()) }))?;
///     Ok(if checks { "checked, charged, sent" } else { "charged, sent" })
/// }
///
/// // The process of an old run dies after the charge. Today's program finishes it.
/// let records = Records::new();
/// gen::run_sync(gen_durable::run(order_before(), MemoryJournal::new(&records)))?;
/// let old = records.cut(2);
/// let end = gen::run_sync(gen_durable::run(order(), MemoryJournal::new(&old)))?;
/// assert_eq!(end, "charged, sent");
///
/// let new = Records::new();
/// let end = gen::run_sync(gen_durable::run(order(), MemoryJournal::new(&new)))?;
/// assert_eq!(end, "checked, charged, sent");
/// # Ok::<(), gen::Error>(())
/// ```
///
/// It is ready at once. Within a run a label has one version: all later questions with the label
/// have the same answer, also in a loop and in parallel children. A change of another place needs
/// another label.
///
/// When no old runs are left, remove the old code and the `version` itself: a replay skips
/// versions for which the coroutine does not ask.
///
/// The other way is to keep the whole old function beside the new one, and to choose by something
/// that was stored when the run began, such as the name of the body:
///
/// ```
/// # use gen_durable::{MemoryJournal, Records};
/// # #[gen::coroutine(boxed)]
/// # fn order_v1() -> gen::Result<u32> { Ok(1) }
/// # #[gen::coroutine(boxed)]
/// # fn order_v2() -> gen::Result<u32> { Ok(2) }
/// async fn resume(body: &str, journal: MemoryJournal) -> gen::Result<u32> {
///     match body {
///         "order v1" => gen_durable::run(order_v1(), journal).await,
///         "order v2" => gen_durable::run(order_v2(), journal).await,
///         other => gen::bail!("no program for {other}"),
///     }
/// }
/// let journal = MemoryJournal::new(&Records::new());
/// assert_eq!(gen::run_sync(resume("order v1", journal)).unwrap(), 1);
/// ```
///
/// # Errors
///
/// The journal ends the run with [`JournalMismatch`](crate::JournalMismatch) if the run has a
/// version later than `newest`: a later program has begun it.
#[track_caller]
pub fn version(label: impl Into<String>, newest: u32) -> Version {
    Version { label: label.into(), newest, at: Location::caller().into() }
}

/// The future of a [`version`](fn@version).
#[derive(Debug)]
#[must_use = "nothing happens until it is yielded"]
pub struct Version {
    label: String,
    newest: u32,
    at: Place,
}

impl Future for Version {
    type Output = gen::Result<u32>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<gen::Result<u32>> {
        let version = match Core::current() {
            Some(core) => core.version(&self.label, self.newest, &self.at),
            None => Some(self.newest),
        };
        // If the journal refuses it, the run ends.
        version.map_or(Poll::Pending, |version| Poll::Ready(Ok(version)))
    }
}
