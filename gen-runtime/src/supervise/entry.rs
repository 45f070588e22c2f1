//! `Entry`: one child of a supervisor, from its addition to its removal.
//!
//! | state | entered by | left when |
//! |---|---|---|
//! | `Waiting`: for its first start, or for its next one | the addition; `wait`, after a death | the time is over, and `poll` starts it; it is stopped, and the supervisor removes it |
//! | `Running` | `poll` | its run ends; `stop` |
//! | `Stopping`: it was cancelled, and its grace runs | `stop` | its run ends; the grace is over, and `poll` drops it |
//! | `Down`: it waits for the end of its siblings, to be started again with them | `put_down` | `start` |

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::board::{Board, ChildId};
use super::body::{AnyBody, DROP};
use super::health::Supervised;
use super::inbox::Spec;
use super::restart::ChildOptions;
use super::states::ChildState;
use crate::error::ChildKey;
use crate::inject::question::{Asked, Asking, Child, Shown, Waiting, WaitsFor};
use crate::inject::{Cancellation, EndSender, EndSenders};
use crate::report::{self, contain};
use crate::scope::Member;
use crate::time::{now, sleep, Sleep};
use crate::{Error, Result};

pub(super) struct Entry<C> {
    pub(super) id: ChildId,
    pub(super) name: Arc<str>,
    /// Before the member, whose drop says that the child has ended.
    body: C,
    /// The cancellations of the present run.
    member: Member,
    pub(super) options: ChildOptions,
    state: State,
    /// The number of the present or the last start, from 1.
    pub(super) start: u32,
    pub(super) began: Instant,
    /// A request to stop it has come, so it is not started again.
    pub(super) is_removed: bool,
    board: Arc<Board>,
}

enum State {
    /// `None` is no time: it starts in the next poll.
    Waiting(Option<Sleep>),
    Running,
    Stopping {
        grace: Grace,
    },
    Down,
}

/// The time that a run has for its end.
enum Grace {
    Nothing,
    Until(Sleep),
    /// It needs no timer.
    Endless,
}

impl Grace {
    fn of(grace: Duration) -> Self {
        match grace {
            Duration::ZERO => Grace::Nothing,
            Duration::MAX => Grace::Endless,
            limited => Grace::Until(sleep(limited)),
        }
    }

    /// Ready when it is over, with an error if there is no timer for it.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result> {
        match self {
            Grace::Nothing => Poll::Ready(Ok(())),
            Grace::Until(sleep) => sleep.poll_part(cx),
            Grace::Endless => Poll::Pending,
        }
    }
}

/// How a run has ended.
pub(super) enum End {
    Well,
    Failed(Error),
    /// By the cancellation, also if it was dropped because its grace was over.
    Stopped,
    /// It cannot wait for its start.
    NoTimer(Error),
}

/// The state of a child, for the supervisor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Waiting,
    Running,
    Stopping,
    Down,
}

// The body is behind a pointer.
impl<C> Unpin for Entry<C> {}

impl<C: AnyBody> Entry<C> {
    /// It starts with its first poll, unless it is put down before.
    pub(super) fn new(id: ChildId, spec: Spec<C>, board: Arc<Board>) -> Self {
        let Spec { name, body, options, .. } = spec;
        Entry {
            id,
            name,
            body,
            member: Member::default(),
            options,
            state: State::Waiting(None),
            start: 0,
            began: now(),
            is_removed: false,
            board,
        }
    }

    pub(super) fn stage(&self) -> Stage {
        match self.state {
            State::Waiting(_) => Stage::Waiting,
            State::Running => Stage::Running,
            State::Stopping { .. } => Stage::Stopping,
            State::Down => Stage::Down,
        }
    }

    /// Polls the wait or the run.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        match &mut self.state {
            State::Down => return Poll::Pending,
            State::Running | State::Stopping { .. } => {}
            State::Waiting(sleep) => match sleep.as_mut().map(|sleep| sleep.poll_part(cx)) {
                Some(Poll::Pending) => return Poll::Pending,
                Some(Poll::Ready(Err(no_timer))) => return Poll::Ready(End::NoTimer(no_timer)),
                None | Some(Poll::Ready(Ok(()))) => self.begin(),
            },
        }
        let polled = self.member.poll(self.body.as_body(), cx);
        self.after_poll(polled, cx)
    }

    /// Starts a child that is down.
    pub(super) fn start(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        self.state = State::Waiting(None);
        self.poll(cx)
    }

    /// Begins a run.
    fn begin(&mut self) {
        self.member = Member::default();
        self.start = self.start.saturating_add(1);
        self.began = now();
        self.state = State::Running;
        self.board.starts(self.id, self.start);
        self.body.as_body().start(Supervised::new(&self.board, self.id, self.start));
    }

    /// Cancels the run, and gives it its grace. If it is being stopped already, the request goes to
    /// the clean-up.
    pub(super) fn stop(&mut self, cancellation: &Cancellation, cx: &mut Context<'_>) -> Poll<End> {
        match self.state {
            State::Waiting(_) | State::Down => return Poll::Pending,
            State::Stopping { .. } => {}
            State::Running => {
                self.state = State::Stopping { grace: Grace::of(self.options.grace) };
                self.board.set_state(self.id, ChildState::Stopping);
            }
        }
        let polled = self.member.cancel(self.body.as_body(), cx, cancellation);
        self.after_poll(polled, cx)
    }

    fn after_poll(&mut self, polled: Poll<Result>, cx: &mut Context<'_>) -> Poll<End> {
        match polled {
            Poll::Ready(Ok(())) => Poll::Ready(End::Well),
            Poll::Ready(Err(error)) if self.member.is_own_cancellation(&error) => Poll::Ready(End::Stopped),
            Poll::Ready(Err(error)) => Poll::Ready(End::Failed(error)),
            Poll::Pending => match &mut self.state {
                State::Stopping { grace } => match grace.poll(cx) {
                    Poll::Ready(over) => self.cut_short(over.err(), cx),
                    Poll::Pending => Poll::Pending,
                },
                _ => Poll::Pending,
            },
        }
    }

    /// The grace is over, or has no timer: asks where the run waits, and drops it.
    #[cold]
    fn cut_short(&mut self, no_timer: Option<Error>, cx: &mut Context<'_>) -> Poll<End> {
        let mut asking = Asking::new(Shown::UNASKED);
        let body = self.body.as_body();
        let type_name = body.type_name();
        if let ended @ Poll::Ready(_) = asking.poll_named(type_name, body, cx) {
            return self.after_poll(ended, cx);
        }
        self.body.as_body().cut_short();
        let waiting = asking.into_asked().map(|asked| format!(":\n{}", asked.into_waiting()));
        let waiting = waiting.unwrap_or_default();
        contain("the logger", || {
            let (name, grace) = (&self.name, self.options.grace);
            match no_timer {
                None => report::warning(format_args!(
                    "`{name}` of a supervisor did not end within its grace of {grace:?}, and was \
                     dropped{waiting}"
                )),
                Some(error) => report::warning(format_args!(
                    "`{name}` of a supervisor was dropped at once, since its grace of {grace:?} has no \
                     timer: {error}{waiting}"
                )),
            }
        });
        Poll::Ready(End::Stopped)
    }

    /// Its run has ended, and the next one begins after that time.
    pub(super) fn wait(&mut self, wait: Duration) {
        self.state = State::Waiting((!wait.is_zero()).then(|| sleep(wait)));
        self.board.set_state(self.id, ChildState::Waiting);
    }

    /// It has no run, and waits for the end of its siblings.
    pub(super) fn put_down(&mut self) {
        self.state = State::Down;
        self.board.set_state(self.id, ChildState::Waiting);
    }

    /// It is not started again. The sender is dropped with the child.
    pub(super) fn remove_at_end(&mut self, end_sender: EndSender) {
        self.is_removed = true;
        self.member.add_end_senders(EndSenders::from(Some(end_sender)));
    }

    /// Asks the child where it waits. `left` is the time until the start of all that are down.
    #[cold]
    pub(super) fn ask(
        &mut self,
        shown: Shown,
        left: Option<Duration>,
        cx: &mut Context<'_>,
    ) -> (Poll<End>, Option<Child>) {
        let restarts = self.start.saturating_sub(1);
        let key = ChildKey::Supervised { name: self.name.to_string(), restarts };
        let type_name = self.body.as_body().type_name();
        let left = match &self.state {
            State::Running | State::Stopping { .. } => {
                let mut asking = Asking::new(shown);
                let polled = self.member.ask(type_name, self.body.as_body(), cx, &mut asking);
                let child = asking.into_asked().map(|asked: Asked| asked.into_child(key));
                return (self.after_poll(polled, cx), child);
            }
            State::Waiting(Some(sleep)) => sleep.left(),
            State::Waiting(None) => Some(Duration::ZERO),
            State::Down => left,
        };
        let waiting = Waiting::only_for(WaitsFor::NextStart { left });
        (Poll::Pending, Some(Child::new(key, type_name, waiting)))
    }

    /// Drops it: first the body, then the senders of its end.
    pub(super) fn drop_contained(self) {
        let Entry { body, member, options, .. } = self;
        contain(DROP, || drop(body));
        drop(member);
        contain(DROP, || drop(options));
    }
}
