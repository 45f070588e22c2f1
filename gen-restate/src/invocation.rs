//! [`Attempt`]: one request of the server to go on with a run.
//!
//! | state | event | next |
//! |---|---|---|
//! | the journal comes | it is there | the handler runs |
//! | | it is no journal | an error is sent, over |
//! | the handler runs | the coroutine has ended | the server has the result, over |
//! | | the machine of the protocol suspends the run | over |
//! | | an error of the driver, or a panic | it is sent, and the server tries again or pauses the run, over |
//! | | the process shuts down, and no step runs | an error is sent, and the server tries again at once, over |
//! | any | the request breaks | over |
//! | over | the server closes the request, or some seconds have passed | gone |
//!
//! When an attempt is over, the coroutine and its driver are dropped first. So a run that waits for
//! days costs the process nothing.

use std::any::Any;
use std::future::{poll_fn, Future};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::{pin, Pin};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use gen_durable::{JournalMismatch, NotDurable, StepFailed, Suspended};
use http::StatusCode;
use restate_sdk_shared_core::{Error as CoreError, NonEmptyValue};
use tokio::sync::{mpsc, watch};

use crate::codes::{JOURNAL_MISMATCH, UNAVAILABLE};
use crate::error::ProtocolError;
use crate::failure;
use crate::journal::RestateJournal;
use crate::signal_handler;
use crate::wire::{lock, Stop, Wire};

/// Begins or resumes a run with these arguments, as JSON, over this journal.
pub(crate) type Begin = dyn Fn(&[u8], RestateJournal) -> serde_json::Result<Driven> + Send + Sync;

/// Completes when the run has ended.
pub(crate) type Driven = Pin<Box<dyn Future<Output = gen::Result> + Send>>;

/// The time that the server has to close a request whose attempt is over.
const DRAIN: Duration = Duration::from_secs(10);

pub(crate) enum Handler {
    Run(Arc<Begin>),
    Signal,
}

pub(crate) struct Attempt {
    pub(crate) handler: Handler,
    pub(crate) wire: Wire,
    /// The response. Closed when the server reads it no more.
    pub(crate) output: mpsc::UnboundedSender<Bytes>,
    /// `true` when the process shuts down.
    pub(crate) closing: watch::Receiver<bool>,
}

/// The reason for which an attempt is over, and the run is not.
enum Over {
    Stopped(Stop),
    /// The error of the driver.
    Failed(gen::Error),
    Panicked(String),
    Closing,
}

impl From<Stop> for Over {
    fn from(stop: Stop) -> Self {
        Over::Stopped(stop)
    }
}

impl Attempt {
    pub(crate) async fn serve(self) {
        let Attempt { handler, wire, output, closing } = self;
        let wire = Arc::new(Mutex::new(wire));
        if let Err(over) = until_over(&handler, &wire, &output, closing).await {
            report(&wire, over);
        }
        // If the server does not read the end, the next attempt has it again.
        let _ = lock(&wire).flush();
        // The server waits for the end of the response, and may close the request only then.
        lock(&wire).close();
        drop(output);
        let drained = poll_fn(|cx| lock(&wire).poll_drained(cx));
        if tokio::time::timeout(DRAIN, drained).await.is_err() {
            log::debug!("{}: the server has not closed the request after its end", lock(&wire).name());
        }
    }
}

async fn until_over(
    handler: &Handler,
    wire: &Arc<Mutex<Wire>>,
    output: &mpsc::UnboundedSender<Bytes>,
    mut closing: watch::Receiver<bool>,
) -> Result<(), Over> {
    let mut run = Box::pin(run(handler, wire));
    let mut gone = pin!(output.closed());
    let mut closing = pin!(closing.wait_for(|closing| *closing));
    let mut is_closing = false;
    let over = poll_fn(|cx| {
        match catch_unwind(AssertUnwindSafe(|| run.as_mut().poll(cx))) {
            Ok(Poll::Ready(over)) => return Poll::Ready(over),
            Ok(Poll::Pending) => {}
            Err(panic) => return Poll::Ready(Err(Over::Panicked(text_of(panic)))),
        }
        if gone.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(Stop::Gone.into()));
        }
        is_closing = is_closing || closing.as_mut().poll(cx).is_ready();
        if is_closing && !lock(wire).is_running() {
            return Poll::Ready(Err(Over::Closing));
        }
        Poll::Pending
    })
    .await;
    // The coroutine may panic once more when it is dropped. That changes nothing for the server.
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(run))) {
        log::warn!("{}: the drop of the coroutine has panicked: {}", lock(wire).name(), text_of(panic));
    }
    over
}

async fn run(handler: &Handler, wire: &Arc<Mutex<Wire>>) -> Result<(), Over> {
    poll_fn(|cx| lock(wire).poll_journal(cx)).await?;
    let input = lock(wire).take_input()?;
    match handler {
        Handler::Signal => Ok(signal_handler::run(wire, &input).await?),
        Handler::Run(begin) => {
            // A request without a body has no arguments.
            let arguments: &[u8] = if input.is_empty() { b"null" } else { &input };
            match begin(arguments, RestateJournal::new(Arc::clone(wire))) {
                Ok(driven) => driven.await.map_err(Over::Failed),
                Err(error) => refuse(&mut lock(wire), &error),
            }
        }
    }
}

/// The arguments are of another type. A new run ends with that error. A run under way waits for the
/// program that can read them.
fn refuse(wire: &mut Wire, error: &serde_json::Error) -> Result<(), Over> {
    if wire.next_recorded().is_some() {
        let now = format!("reads arguments of another type: {error}");
        let mismatch = JournalMismatch::new(0, "the arguments of the run".into(), now);
        return Err(Over::Failed(mismatch.into()));
    }
    let failed = StepFailed::new(format!("the arguments have another type: {error}"));
    let failed = failed.with_code(StatusCode::BAD_REQUEST.as_u16());
    Ok(wire.end(NonEmptyValue::Failure(failure::to_restate(&failed)))?)
}

/// Says why the attempt is over, to the server and to the log.
fn report(wire: &Mutex<Wire>, over: Over) {
    let can_pause = lock(wire).can_pause();
    let error = match over {
        Over::Stopped(Stop::Suspended | Stop::Gone) => return,
        // The machine has sent it.
        Over::Stopped(Stop::Broken(error)) => {
            return log::warn!("{}: {}", lock(wire).name(), ProtocolError::from(&error));
        }
        // The driver would have given the same error.
        Over::Stopped(Stop::Departed(mismatch)) => CoreError::new(JOURNAL_MISMATCH, mismatch.to_string()),
        Over::Closing => {
            let error = CoreError::new(UNAVAILABLE, "the process shuts down");
            return drop(lock(wire).fail(error.with_next_retry_delay_override(Duration::ZERO)));
        }
        Over::Panicked(text) => CoreError::internal(format!("the coroutine has panicked: {text}")),
        Over::Failed(error) if error.is::<Suspended>() => return,
        Over::Failed(error) if error.is::<JournalMismatch>() => {
            CoreError::new(JOURNAL_MISMATCH, format!("{error:#}"))
        }
        // Only another program can go on.
        Over::Failed(error) if error.is::<NotDurable>() => {
            CoreError::internal(format!("{error:#}")).with_should_pause(can_pause)
        }
        Over::Failed(error) => CoreError::internal(format!("{error:#}")),
    };
    let mut wire = lock(wire);
    log::warn!("{}: the run has not ended: {}", wire.name(), error.message());
    drop(wire.fail(error));
}

/// The text of a panic. Its value is not dropped, because that may panic, too.
fn text_of(panic: Box<dyn Any + Send>) -> String {
    let text = match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (None, Some(text)) => text.clone(),
        (None, None) => "no text".into(),
    };
    std::mem::forget(panic);
    text
}
