//! [`Wire`]: the two streams of one invocation, and the state machine of the protocol between them.
//!
//! The server opens a request for each *attempt* of a run. Its body begins with the journal of the
//! run, and later brings the outcomes. The body of the response takes the commands.
//!
//! | event | the wire |
//! |---|---|
//! | bytes come | cuts them into frames, notes the commands of the journal, and gives all to the machine |
//! | the server closes the request | tells the machine, which suspends the run if it waits for the server only |
//! | the machine has output | sends it |
//! | the request breaks, or the response is read no more | is [`Gone`](Stop::Gone) |
//! | the coroutine waits where its journal goes on | is [`Departed`](Stop::Departed) |
//! | another error of the machine | is [`Broken`](Stop::Broken): the machine has sent it to the server |

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{ready, Context, Poll};

use bytes::Bytes;
use gen_durable::JournalMismatch;
use hyper::body::{Body, Incoming};
use restate_sdk_shared_core::{
    AwaitResponse, CoreVM, Error as CoreError, NonEmptyValue, NotificationHandle, PayloadOptions,
    RetryPolicy, RunExitResult, UnresolvedFuture, Version, VM,
};
use tokio::sync::mpsc::UnboundedSender;

use crate::codes::{JOURNAL_MISMATCH, PROTOCOL_VIOLATION};
use crate::error::ProtocolError;
use crate::frames::Frames;
use crate::machine::afresh;
use crate::recorded::Recorded;

pub(crate) struct Wire {
    pub(crate) vm: CoreVM,
    workflow: String,
    /// Empty before the arguments are taken.
    key: String,
    /// The handler, for log records, and later the key and the identifier of the run.
    name: String,
    input: Input,
    frames: Frames,
    /// The commands of the journal, by their index.
    recorded: Vec<Recorded>,
    /// `None` after the end of the response.
    output: Option<UnboundedSender<Bytes>>,
    /// The closures that run in this process.
    running: BTreeSet<NotificationHandle>,
    /// The machine has an error that it was not let to send: the coroutine has
    /// [departed](Stop::Departed).
    is_muted: bool,
}

/// The body of the request.
enum Input {
    Open(Incoming),
    /// The server has closed it, or nothing of it is read any more.
    Closed,
    /// The connection has broken.
    Broken,
}

/// The attempt is over, and the run is not.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The server goes on with the run when something has happened for which it waits.
    Suspended,
    /// The server has lost the connection, or has given up the attempt.
    Gone,
    /// The coroutine waits for something for which it did not wait before: commands follow in the
    /// journal, and not the outcome.
    Departed(JournalMismatch),
    Broken(CoreError),
}

impl From<CoreError> for Stop {
    fn from(error: CoreError) -> Self {
        if error.is_suspended_error() {
            Stop::Suspended
        } else {
            Stop::Broken(error)
        }
    }
}

impl From<Stop> for gen::Error {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Suspended | Stop::Gone => gen_durable::Suspended.into(),
            Stop::Departed(mismatch) => mismatch.into(),
            Stop::Broken(error) => ProtocolError::from(&error).into(),
        }
    }
}

/// The consequence of the input that has come.
#[derive(Debug)]
pub(crate) enum Progress {
    /// At least one of the outcomes that are waited for is there.
    Completed,
    /// This closure is to run now.
    Run(NotificationHandle),
    /// The run is cancelled.
    Cancelled,
}

impl Wire {
    /// The wire of an attempt to run that handler of that workflow.
    pub(crate) fn new(
        [workflow, handler]: [&str; 2],
        vm: CoreVM,
        input: Incoming,
        output: UnboundedSender<Bytes>,
    ) -> Self {
        Wire {
            vm,
            workflow: workflow.into(),
            key: String::new(),
            name: format!("{workflow}/{handler}"),
            input: Input::Open(input),
            frames: Frames::default(),
            recorded: Vec::new(),
            output: Some(output),
            running: BTreeSet::new(),
            is_muted: false,
        }
    }

    /// Completes when the journal of the run has come.
    pub(crate) fn poll_journal(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Stop>> {
        loop {
            self.check_gone()?;
            if self.vm.is_ready_to_execute()? {
                return Poll::Ready(Ok(()));
            }
            ready!(self.poll_input(cx));
        }
    }

    /// The arguments of the run.
    pub(crate) fn take_input(&mut self) -> Result<Bytes, Stop> {
        let input = self.vm.sys_input()?;
        self.name = format!("{} of `{}` ({})", self.name, input.key, input.invocation_id);
        self.key = input.key;
        Ok(input.input)
    }

    /// Whether it is the wire of the run of this workflow with this key.
    pub(crate) fn is_run(&self, workflow: &str, key: &str) -> bool {
        self.workflow == workflow && self.key == key
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The command of the journal that the coroutine has to issue next. `None` if none is left.
    pub(crate) fn next_recorded(&self) -> Option<&Recorded> {
        self.recorded.get(self.next_index())
    }

    /// The index of the next command. The arguments of the run have the index 0.
    pub(crate) fn next_index(&self) -> usize {
        usize::try_from(self.vm.last_command_index() + 1).unwrap_or_default()
    }

    /// The coroutine does something else than the next command.
    pub(crate) fn mismatch(&self, now: String) -> JournalMismatch {
        let recorded = self.next_recorded().map_or_else(|| "the end".to_owned(), Recorded::describe);
        JournalMismatch::new(self.next_index() as u64, recorded, now)
    }

    /// Whether errors may say what the server does with the run.
    pub(crate) fn can_pause(&self) -> bool {
        self.vm.get_response_head().version >= Version::V7
    }

    /// Waits for one of these outcomes, for a closure among them that is to run, or for a
    /// cancellation.
    pub(crate) fn poll_progress(
        &mut self,
        cx: &mut Context<'_>,
        awaited: &[NotificationHandle],
    ) -> Poll<Result<Progress, Stop>> {
        // All that has come counts before a step begins.
        while self.poll_input(cx).is_ready() {}
        self.check_gone()?;
        let all = awaited.iter().copied().map(UnresolvedFuture::Single).collect();
        let response = self.vm.do_await(UnresolvedFuture::FirstCompleted(all));
        if response.as_ref().is_err_and(|error| error.code() == JOURNAL_MISMATCH) {
            return Poll::Ready(Err(self.depart()));
        }
        self.flush()?;
        Poll::Ready(Ok(match response? {
            AwaitResponse::AnyCompleted => Progress::Completed,
            AwaitResponse::CancelSignalReceived => Progress::Cancelled,
            AwaitResponse::ExecuteRun(handle) => {
                self.running.insert(handle);
                Progress::Run(handle)
            }
            // More input wakes the task, or a step that ends.
            AwaitResponse::WaitingExternalProgress { .. } => return Poll::Pending,
            AwaitResponse::EphemeralNotificationReady(_) => {
                return Poll::Ready(Err(self.fail(CoreError::internal("an answer that was not asked for"))));
            }
        }))
    }

    /// Proposes the outcome of a closure.
    pub(crate) fn propose(&mut self, run: NotificationHandle, result: RunExitResult) -> Result<(), Stop> {
        self.running.remove(&run);
        self.vm.propose_run_completion(run, result, RetryPolicy::Infinite)?;
        self.flush()
    }

    /// Of the closures that run, only these are still waited for.
    pub(crate) fn retain_running(&mut self, is_awaited: impl Fn(NotificationHandle) -> bool) {
        self.running.retain(|run| is_awaited(*run));
    }

    /// Whether a closure runs in this process.
    pub(crate) fn is_running(&self) -> bool {
        !self.running.is_empty()
    }

    /// Ends the run with this result.
    pub(crate) fn end(&mut self, result: NonEmptyValue) -> Result<(), Stop> {
        self.vm.sys_write_output(result, PayloadOptions::unstable_serialization())?;
        self.vm.sys_end()?;
        // If the server does not read it, it asks again.
        self.flush()
    }

    /// Tells the server that the attempt has failed, unless it has ended already.
    pub(crate) fn fail(&mut self, error: CoreError) -> Stop {
        if std::mem::take(&mut self.is_muted) {
            // The machine sends one error only, and another one sends that of this library.
            match afresh(&self.vm) {
                Ok(machine) => self.vm = machine,
                Err(error) => return error.into(),
            }
        }
        self.vm.notify_error(error.clone(), None);
        // If the server reads it no more, it has given up the attempt.
        let _ = self.flush();
        Stop::Broken(error)
    }

    /// Takes the error of the machine, which names the commands in the words of the protocol.
    fn depart(&mut self) -> Stop {
        drop(self.vm.take_output());
        self.is_muted = true;
        Stop::Departed(self.mismatch("waits for something else".into()))
    }

    fn check_gone(&self) -> Result<(), Stop> {
        match self.input {
            Input::Broken => Err(Stop::Gone),
            Input::Open(_) | Input::Closed => Ok(()),
        }
    }

    /// Sends what the machine has to say.
    pub(crate) fn flush(&mut self) -> Result<(), Stop> {
        let bytes = self.vm.take_output();
        let is_sent = |output: &UnboundedSender<Bytes>| output.send(bytes.clone()).is_ok();
        if bytes.is_empty() || self.output.as_ref().is_some_and(is_sent) {
            Ok(())
        } else {
            Err(Stop::Gone)
        }
    }

    /// Ends the response.
    pub(crate) fn close(&mut self) {
        self.output = None;
    }

    /// Completes when the server has closed the request. If it was dropped before that, the server
    /// could take it for a broken connection.
    pub(crate) fn poll_drained(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while let Input::Open(body) = &mut self.input {
            match ready!(Pin::new(body).poll_frame(cx)) {
                Some(Ok(_)) => {}
                Some(Err(_)) | None => self.input = Input::Closed,
            }
        }
        Poll::Ready(())
    }

    /// Ready if the machine has got new input.
    fn poll_input(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Input::Open(body) = &mut self.input else { return Poll::Pending };
        match ready!(Pin::new(body).poll_frame(cx)) {
            Some(Ok(frame)) => {
                if let Ok(bytes) = frame.into_data() {
                    self.receive(&bytes);
                }
            }
            Some(Err(error)) => {
                log::debug!("a request of Restate has broken: {error}");
                self.input = Input::Broken;
            }
            None => {
                self.input = Input::Closed;
                self.vm.notify_input_closed();
            }
        }
        Poll::Ready(())
    }

    fn receive(&mut self, bytes: &[u8]) {
        self.frames.push(bytes);
        loop {
            match self.frames.next() {
                Ok(Some(frame)) => {
                    self.recorded.extend(Recorded::of(&frame));
                    self.vm.notify_input(frame.bytes);
                }
                Ok(None) => return,
                Err(_) => {
                    let why = "a message is longer than any of a server";
                    self.fail(CoreError::new(PROTOCOL_VIOLATION, why));
                    self.input = Input::Closed;
                    return;
                }
            }
        }
    }
}

/// Locks a wire. It is whole after a panic of its user: the machine notes the state after each
/// call.
pub(crate) fn lock(wire: &Mutex<Wire>) -> MutexGuard<'_, Wire> {
    wire.lock().unwrap_or_else(PoisonError::into_inner)
}
