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
}

/// Which names of a user a tree shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Whether keys are shown, by their `Debug`.
    pub(crate) keys: bool,
}

impl Shown {
    pub(crate) const ALL: Shown = Shown { keys: true };
}

/// Collects the statements of one poll.
#[derive(Debug)]
pub(crate) struct Question {
    ask: Ask,
    said: Vec<Statement>,
    /// The number of clones of the waker that the futures keep which have answered.
    kept: usize,
    /// A yield had a value. Only known where [all yields look](super::observer::ALL_YIELDS_LOOK).
    pub(super) went_on: bool,
}

impl Question {
    pub(crate) fn new(ask: Ask) -> Self {
        Question { ask, said: Vec::new(), kept: 0, went_on: false }
    }

    pub(crate) fn ask(&self) -> Ask {
        self.ask
    }

    /// A pending future says something, from the inside out. It keeps that many clones of the
    /// waker.
    pub(in crate::inject) fn add(&mut self, statement: Statement, kept: usize) {
        self.said.push(statement);
        self.kept += kept;
    }

    /// A pending future keeps clones of the waker, beyond those of its statement.
    pub(in crate::inject) fn keeps(&mut self, kept: usize) {
        self.kept += kept;
    }

    pub(in crate::inject) fn goes_on(&mut self) {
        self.went_on = true;
    }

    /// The sites of the yields, innermost first.
    pub(crate) fn sites(&self) -> Vec<Site> {
        self.said.iter().filter_map(Statement::site).collect()
    }

    /// Makes the tree of the statements. `clones` is the number of clones of the waker that are
    /// alive, and `body` the type of the body that was asked.
    pub(super) fn into_tree(self, clones: usize, body: &'static str) -> Waiting {
        nesting::tree(self.said, clones.saturating_sub(self.kept), body)
    }
}
