//! [`Question`]: collects the statements of one poll.

use super::nesting;
use super::statement::Statement;
use super::waiting::Waiting;
use crate::error::Site;

/// The scope of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    /// For the yields of the chain, up to the one that waits for a group.
    Chain,
    /// For everything: groups ask their children.
    Tree(Shown),
    /// As `Tree`, in the poll after which a timeout drops its child. Unlike the poll of a dump, the
    /// poll is a step of the program: it would happen without the question, too.
    AtDeadline(Shown),
}

impl Ask {
    /// The names that the tree shows; `None` if only a chain is asked for.
    pub(crate) fn shown(self) -> Option<Shown> {
        match self {
            Ask::Tree(shown) | Ask::AtDeadline(shown) => Some(shown),
            Ask::Chain => None,
        }
    }
}

/// The names that a tree shows, and whether the futures that are asked may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Whether keys are shown, by their `Debug`.
    pub(crate) keys: bool,
    /// Whether a future that is asked besides its usual polls only answers: it neither takes a
    /// result nor goes on.
    pub(crate) only_answers: bool,
}

impl Shown {
    pub(crate) const ALL: Shown = Shown { keys: true, only_answers: false };

    /// For a log, which does not get the keys: they may be secret.
    pub(crate) const WITHOUT_KEYS: Shown = Shown { keys: false, ..Shown::ALL };

    /// For an answer that the program has not asked for: a log gets it, and nothing goes on for it.
    pub(crate) const UNASKED: Shown = Shown { only_answers: true, ..Shown::WITHOUT_KEYS };
}

/// Whether a body went on when it was asked, before it was suspended again. A yield tells it only
/// where [all yields look](super::super::observer::ALL_YIELDS_LOOK).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WentOn {
    No,
    /// At that yield, if it is known which one it was.
    At(Option<Site>),
}

/// Collects the statements of one poll.
#[derive(Debug)]
pub(crate) struct Question {
    ask: Ask,
    /// The statements, each with the number of clones of the waker that its future keeps.
    said: Vec<(Statement, usize)>,
    pub(super) went_on: WentOn,
}

impl Question {
    pub(crate) fn new(ask: Ask) -> Self {
        Question { ask, said: Vec::new(), went_on: WentOn::No }
    }

    pub(crate) fn ask(&self) -> Ask {
        self.ask
    }

    /// A pending future says something, from the inside out. It keeps that many clones of the
    /// waker.
    pub(in crate::inject) fn add(&mut self, statement: Statement, kept: usize) {
        self.said.push((statement, kept));
    }

    /// The pending future that has made the last statement keeps further clones of the waker.
    pub(in crate::inject) fn keeps(&mut self, more: usize) {
        if let Some((_, kept)) = self.said.last_mut() {
            *kept += more;
        }
    }

    /// The number of statements.
    pub(in crate::inject) fn said(&self) -> usize {
        self.said.len()
    }

    /// Takes back all but the first `count` statements, and makes a question of them that they
    /// answer.
    pub(in crate::inject) fn split_off(&mut self, count: usize) -> Question {
        let said = self.said.split_off(count.min(self.said.len()));
        Question { ask: self.ask, said, went_on: WentOn::No }
    }

    /// The body goes on at that yield, if it is known which one it is. The first one counts.
    pub(in crate::inject) fn goes_on(&mut self, at: Option<Site>) {
        if self.went_on == WentOn::No {
            self.went_on = WentOn::At(at);
        }
    }

    /// The sites of the yields, innermost first.
    pub(crate) fn sites(&self) -> Vec<Site> {
        self.said.iter().filter_map(|(statement, _)| statement.site()).collect()
    }

    /// Makes the tree of the statements. `clones` is the number of clones of the waker that are
    /// alive, if that is known, and `body` the type of the body that was asked.
    pub(in crate::inject) fn into_tree(self, clones: Option<usize>, body: &'static str) -> Waiting {
        let kept = self.said.iter().map(|(_, kept)| kept).sum();
        let said = self.said.into_iter().map(|(statement, _)| statement).collect();
        nesting::tree(said, clones.map(|clones| clones.saturating_sub(kept)), body)
    }
}
