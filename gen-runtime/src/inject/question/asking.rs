//! [`Asking`]: a poll with a question, and with a waker whose clones are counted.

use std::any::type_name;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::collect::{Ask, Question, Shown, WentOn};
use super::counting_waker::CountingWaker;
use super::waiting::{Child, Waiting};
use crate::error::ChildKey;
use crate::inject::in_flight::{child_goes_on, with_injected, Thrown};

/// The answer of a body.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) waiting: Waiting,
    pub(crate) went_on: WentOn,
}

/// A question for one child of a group, on its way to the child.
#[derive(Debug)]
pub(crate) struct Asking {
    shown: Shown,
    asked: Option<Asked>,
}

/// A child that was asked, and is pending.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The type of its future.
    future: &'static str,
    waiting: Waiting,
}

impl Asked {
    pub(crate) fn into_child(self, key: ChildKey) -> Child {
        Child::new(key, self.future, self.waiting)
    }

    pub(crate) fn into_waiting(self) -> Waiting {
        self.waiting
    }
}

impl Asking {
    pub(crate) fn new(shown: Shown) -> Self {
        Asking { shown, asked: None }
    }

    /// Whether the child only answers.
    pub(crate) fn only_answers(&self) -> bool {
        self.shown.only_answers
    }

    /// Asks a child in a poll, for which `cx` has its usual waker.
    #[cold]
    pub(crate) fn poll<F>(&mut self, child: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<F::Output>
    where
        F: Future + ?Sized,
    {
        self.poll_named(type_name::<F>(), child, cx)
    }

    /// As [`poll`](Self::poll), for a child whose type has that name.
    pub(crate) fn poll_named<F>(
        &mut self,
        future: &'static str,
        child: Pin<&mut F>,
        cx: &mut Context<'_>,
    ) -> Poll<F::Output>
    where
        F: Future + ?Sized,
    {
        let poll = |cx: &mut Context<'_>, thrown: &mut Option<Thrown>| {
            with_injected(thrown, cx.waker(), || child.poll(cx))
        };
        let (polled, answer) = ask(Ask::Tree(self.shown), future, cx.waker(), poll);
        if let WentOn::At(at) = answer.went_on {
            child_goes_on(at);
        } else if polled.is_ready() {
            child_goes_on(None);
        }
        self.asked = polled.is_pending().then_some(Asked { future, waiting: answer.waiting });
        polled
    }

    /// The answer of the child; `None` if it was not asked, or has ended.
    pub(crate) fn into_asked(self) -> Option<Asked> {
        self.asked
    }
}

/// Calls `poll` with a question for a body of the type `body`, which is usually polled with
/// `waker`. The waker of the poll is one whose clones are counted.
#[cold]
pub(crate) fn ask<R>(
    ask: Ask,
    body: &'static str,
    waker: &Waker,
    poll: impl FnOnce(&mut Context<'_>, &mut Option<Thrown>) -> R,
) -> (R, Answer) {
    let counting = CountingWaker::new(waker);
    let mut thrown = Some(Thrown::Question(Question::new(ask)));
    let polled = poll(&mut Context::from_waker(counting.waker()), &mut thrown);
    let question = match thrown {
        Some(Thrown::Question(question)) => question,
        // The thread has no slot any more.
        _ => Question::new(ask),
    };
    let went_on = question.went_on;
    (polled, Answer { waiting: question.into_tree(Some(counting.clones()), body), went_on })
}

/// Polls the child of a timeout, which is dropped afterwards if it stays pending, and asks where it
/// waits. It is the poll that would happen without the question, too, with the usual waker.
#[cold]
pub(crate) fn ask_at_deadline<F>(
    child: Pin<&mut F>,
    cx: &mut Context<'_>,
) -> (Poll<F::Output>, Option<Box<Waiting>>)
where
    F: Future,
{
    let mut thrown = Some(Thrown::Question(Question::new(Ask::AtDeadline(Shown::UNASKED))));
    let polled = with_injected(&mut thrown, cx.waker(), || child.poll(cx));
    let waiting = match thrown {
        Some(Thrown::Question(question)) if polled.is_pending() => {
            Some(Box::new(question.into_tree(None, type_name::<F>())))
        }
        _ => None,
    };
    (polled, waiting)
}
