//! `Board`: the states of the children, for questions from any thread.
//!
//! The future of the supervisor writes, and [`Health`](super::Health) reads. No code of a user runs
//! under the lock.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::errors::{NameTaken, SupervisorEnded};
use super::states::{ChildHealth, ChildState};
use crate::shims::{lock, Mutex};
use crate::{Error, Result};

/// Names a child of a supervisor, in the order of their additions. No id is used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ChildId(u64);

/// The state of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// It was not polled yet.
    New,
    Running,
    /// All children have ended well.
    Done,
    /// It shuts its children down, has given up, was cancelled, or was dropped.
    Down,
}

pub(super) struct Board(Mutex<State>);

struct State {
    phase: Phase,
    rows: BTreeMap<ChildId, Row>,
    names: HashMap<Arc<str>, ChildId>,
    next: u64,
}

struct Row {
    name: Arc<str>,
    state: ChildState,
    /// The number of the present or the last start, from 1.
    start: u32,
    /// Whether the child has to say that it is ready.
    says_ready: bool,
    is_ready: bool,
    last_failure: Option<String>,
}

/// A child that is to be added.
pub(super) struct NewChild {
    pub(super) name: Arc<str>,
    pub(super) says_ready: bool,
}

impl Board {
    pub(super) fn new() -> Arc<Self> {
        let state = State { phase: Phase::New, rows: BTreeMap::new(), names: HashMap::new(), next: 0 };
        Arc::new(Board(Mutex::new(state)))
    }

    fn with<R>(&self, run: impl FnOnce(&mut State) -> R) -> R {
        run(&mut lock(&self.0))
    }

    /// Adds all of them, or none.
    ///
    /// # Errors
    ///
    /// `NameTaken` and `SupervisorEnded`.
    pub(super) fn add(&self, children: impl Iterator<Item = NewChild>) -> Result<Vec<ChildId>> {
        let children: Vec<_> = children.collect();
        let added = self.with(|state| {
            if matches!(state.phase, Phase::Done | Phase::Down) {
                return Err(None);
            }
            let mut added = Vec::with_capacity(children.len());
            for child in children {
                match state.add(&child) {
                    Some(id) => added.push(id),
                    None => {
                        added.into_iter().for_each(|id| state.remove(id));
                        return Err(Some(child.name));
                    }
                }
            }
            Ok(added)
        });
        added.map_err(|taken| match taken {
            Some(name) => Error::from(NameTaken { name: name.to_string() }),
            None => SupervisorEnded.into(),
        })
    }

    pub(super) fn remove(&self, id: ChildId) {
        self.with(|state| state.remove(id));
    }

    pub(super) fn id_of(&self, name: &str) -> Option<ChildId> {
        self.with(|state| state.names.get(name).copied())
    }

    pub(super) fn set_phase(&self, phase: Phase) {
        self.with(|state| state.phase = phase);
    }

    /// It was dropped, or has ended: it has no children any more.
    pub(super) fn close(&self) {
        self.with(|state| {
            if state.phase != Phase::Done {
                state.phase = Phase::Down;
            }
            state.rows.clear();
            state.names.clear();
        });
    }

    pub(super) fn set_state(&self, id: ChildId, child: ChildState) {
        self.with(|state| state.row(id, |row| row.state = child));
    }

    pub(super) fn starts(&self, id: ChildId, start: u32) {
        self.with(|state| {
            state.row(id, |row| {
                row.state = ChildState::Running;
                row.start = start;
                row.is_ready = !row.says_ready;
            });
        });
    }

    pub(super) fn failed(&self, id: ChildId, failure: String) {
        self.with(|state| state.row(id, |row| row.last_failure = Some(failure)));
    }

    /// Called by a child. A child of an earlier start is not heard.
    pub(super) fn says_ready(&self, id: ChildId, start: u32, is_ready: bool) {
        self.with(|state| {
            state.row(id, |row| {
                if row.start == start {
                    row.is_ready = is_ready;
                }
            });
        });
    }

    pub(super) fn is_healthy(&self) -> bool {
        self.with(|state| state.phase != Phase::Down)
    }

    pub(super) fn is_ready(&self) -> bool {
        self.with(|state| state.is_ready())
    }

    /// The rows, and whether the whole is healthy, and ready.
    pub(super) fn rows(&self) -> (bool, bool, Vec<ChildHealth>) {
        self.with(|state| {
            let rows = state.rows.values().map(Row::health).collect();
            (state.phase != Phase::Down, state.is_ready(), rows)
        })
    }
}

impl State {
    /// `None` if the name is taken.
    fn add(&mut self, NewChild { name, says_ready }: &NewChild) -> Option<ChildId> {
        if self.names.contains_key(name) {
            return None;
        }
        let id = ChildId(self.next);
        self.next += 1;
        self.names.insert(Arc::clone(name), id);
        let row = Row {
            name: Arc::clone(name),
            state: ChildState::Waiting,
            start: 0,
            says_ready: *says_ready,
            is_ready: false,
            last_failure: None,
        };
        self.rows.insert(id, row);
        Some(id)
    }

    fn remove(&mut self, id: ChildId) {
        if let Some(row) = self.rows.remove(&id) {
            self.names.remove(&row.name);
        }
    }

    fn row(&mut self, id: ChildId, change: impl FnOnce(&mut Row)) {
        if let Some(row) = self.rows.get_mut(&id) {
            change(row);
        }
    }

    fn is_ready(&self) -> bool {
        let is_running = matches!(self.phase, Phase::Running | Phase::Done);
        is_running && self.rows.values().all(|row| row.state == ChildState::Running && row.is_ready)
    }
}

impl Row {
    fn health(&self) -> ChildHealth {
        ChildHealth {
            name: self.name.to_string(),
            state: self.state,
            restarts: self.start.saturating_sub(1),
            is_ready: self.state == ChildState::Running && self.is_ready,
            last_failure: self.last_failure.clone(),
        }
    }
}
