//! [`ChildHealth`] and [`ChildState`]: the state of a child, as a value.

/// The state of a child: see [`Health::children`](super::Health::children).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChildHealth {
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: ChildState,
    /// How often it was started again.
    pub restarts: u32,
    /// Whether it runs, and has said that it is [ready](super::Supervised::ready), if it is a child
    /// that [says so](super::Supervisor::child_with).
    pub is_ready: bool,
    /// The text of its last failure, with its causes, on one line.
    pub last_failure: Option<String>,
}

/// The state of a child of a supervisor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChildState {
    /// It waits for its first start, or for its next one.
    Waiting,
    /// It runs.
    Running,
    /// It was cancelled, and has not ended yet.
    Stopping,
}
