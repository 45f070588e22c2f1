//! `Serialize` for a [`Dump`] and its parts (feature `serde`). The shape is described in `json.md`.
//!
//! The shape has types of its own, so a change of the public types does not change it unnoticed.

use std::panic::Location;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::graph::{Dump, Of, TaskDump, TaskState};
use crate::error::{ChildKey, Site};
use crate::inject::question::{
    ChainEnd, Child, Children, Link, LockHolder, QueueWait, TaskRef, Waiting, WaitsFor,
};
use crate::report::type_name::short;

/// Implements `Serialize` by a conversion into the type of the shape.
macro_rules! serialize_as {
    ($($public:ty => $shape:ident;)+) => {$(
        impl Serialize for $public {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $shape::from(self).serialize(serializer)
            }
        }
    )+};
}

serialize_as! {
    Dump => DumpShape;
    TaskDump => TaskShape;
    TaskState => StateShape;
    Waiting => WaitingShape;
    Link => LinkShape;
    ChainEnd => EndShape;
    Children => ChildrenShape;
    Child => ChildShape;
    ChildKey => KeyShape;
    WaitsFor => EventShape;
    LockHolder => LockHolderShape;
    TaskRef => TaskRefShape;
    Site => SiteShape;
}

#[derive(Serialize)]
struct DumpShape<'a> {
    of: OfShape,
    tasks: &'a [TaskDump],
}

impl<'a> From<&'a Dump> for DumpShape<'a> {
    fn from(dump: &'a Dump) -> Self {
        let of = match dump.of {
            Of::Loop { serial, turn } => OfShape::Loop { number: serial, turn },
            #[cfg(all(feature = "tokio", not(loom)))]
            Of::Tracker => OfShape::Tracker,
        };
        DumpShape { of, tasks: &dump.tasks }
    }
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum OfShape {
    Loop {
        number: u64,
        turn: u64,
    },
    #[cfg(all(feature = "tokio", not(loom)))]
    Tracker,
}

#[derive(Serialize)]
struct TaskShape<'a> {
    number: usize,
    name: String,
    is_root: bool,
    state: TaskState,
    went_on_at: Option<Site>,
    has_lost_wake_up: bool,
    spawned_at: Option<PositionShape>,
    waiting: Option<&'a Waiting>,
    awaited_by: &'a [usize],
}

impl<'a> From<&'a TaskDump> for TaskShape<'a> {
    fn from(task: &'a TaskDump) -> Self {
        TaskShape {
            number: task.number,
            name: task.name(),
            is_root: task.is_root,
            state: task.state,
            went_on_at: task.went_on_at,
            has_lost_wake_up: task.has_lost_wake_up,
            spawned_at: task.spawned_at.map(PositionShape::from),
            waiting: task.waiting.as_ref(),
            awaited_by: &task.awaited_by,
        }
    }
}

#[derive(Serialize)]
struct PositionShape {
    file: &'static str,
    line: u32,
    column: u32,
}

impl From<&'static Location<'static>> for PositionShape {
    fn from(at: &'static Location<'static>) -> Self {
        PositionShape { file: at.file(), line: at.line(), column: at.column() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum StateShape {
    Suspended,
    Woken,
    WentOn,
    Ended,
    Running,
}

impl From<&TaskState> for StateShape {
    fn from(state: &TaskState) -> Self {
        match state {
            TaskState::Suspended => StateShape::Suspended,
            TaskState::Woken => StateShape::Woken,
            TaskState::WentOn => StateShape::WentOn,
            TaskState::Ended => StateShape::Ended,
            TaskState::Running => StateShape::Running,
        }
    }
}

#[derive(Serialize)]
struct WaitingShape<'a> {
    chain: &'a [Link],
    end: &'a ChainEnd,
}

impl<'a> From<&'a Waiting> for WaitingShape<'a> {
    fn from(Waiting { chain, end }: &'a Waiting) -> Self {
        WaitingShape { chain, end }
    }
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum LinkShape {
    Yield { site: Site, future: String },
    Timeout { left: Option<f64> },
}

impl From<&Link> for LinkShape {
    fn from(link: &Link) -> Self {
        match link {
            Link::Yield { site, future } => LinkShape::Yield { site: *site, future: short(future) },
            Link::Timeout { left } => LinkShape::Timeout { left: left.map(seconds) },
        }
    }
}

/// An event is the end itself, so that its tag is that of the end.
#[derive(Serialize)]
#[serde(untagged)]
enum EndShape<'a> {
    For(&'a WaitsFor),
    Children(TaggedEnd<'a>),
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum TaggedEnd<'a> {
    Children(&'a Children),
    Several { waits: &'a [Waiting] },
}

impl<'a> From<&'a ChainEnd> for EndShape<'a> {
    fn from(end: &'a ChainEnd) -> Self {
        match end {
            ChainEnd::For(waits_for) => EndShape::For(waits_for),
            ChainEnd::Children(children) => EndShape::Children(TaggedEnd::Children(children)),
            ChainEnd::Several(waits) => EndShape::Children(TaggedEnd::Several { waits }),
        }
    }
}

#[derive(Serialize)]
struct ChildrenShape<'a> {
    of: &'a str,
    total: Option<usize>,
    unfinished: &'a [Child],
}

impl<'a> From<&'a Children> for ChildrenShape<'a> {
    fn from(Children { of, total, unfinished }: &'a Children) -> Self {
        ChildrenShape { of, total: *total, unfinished }
    }
}

#[derive(Serialize)]
struct ChildShape<'a> {
    key: &'a ChildKey,
    future: String,
    waiting: &'a Waiting,
}

impl<'a> From<&'a Child> for ChildShape<'a> {
    fn from(Child { key, future, waiting }: &'a Child) -> Self {
        ChildShape { key, future: short(future), waiting }
    }
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum KeyShape<'a> {
    Index { index: usize },
    Key { key: &'a str },
    Body,
    Supervised { name: &'a str, restarts: u32 },
}

impl<'a> From<&'a ChildKey> for KeyShape<'a> {
    fn from(key: &'a ChildKey) -> Self {
        match key {
            ChildKey::Index(index) => KeyShape::Index { index: *index },
            ChildKey::Key(key) => KeyShape::Key { key },
            ChildKey::Body => KeyShape::Body,
            ChildKey::Supervised { name, restarts } => KeyShape::Supervised { name, restarts: *restarts },
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum EventShape<'a> {
    Task {
        task: &'a TaskRef,
    },
    Cancelled {
        task: Option<&'a TaskRef>,
    },
    ScopeChild {
        child: usize,
    },
    Promise {
        promise: usize,
        value: String,
    },
    Sleep {
        left: Option<f64>,
    },
    Turn,
    Callback {
        value: String,
    },
    Keys {
        point: String,
        keys: &'a [String],
        more: usize,
    },
    Blocking {
        value: String,
    },
    Shutdown {
        tasks: usize,
    },
    Lock {
        what: &'a str,
        content: Option<String>,
        holders: &'a [LockHolder],
        more: usize,
    },
    Event,
    Condition,
    Barrier {
        arrived: usize,
        count: usize,
    },
    Queue {
        wait: QueueWaitShape,
        queue: String,
        len: usize,
        unfinished: usize,
    },
    NextStart {
        left: Option<f64>,
    },
    Batch {
        what: &'a str,
        made_at: PositionShape,
        keys: usize,
        is_in_flight: bool,
        task: Option<&'a TaskRef>,
    },
    Dump,
    Described {
        what: &'a str,
    },
    Foreign {
        future: Option<String>,
        wakers: Option<usize>,
    },
}

impl<'a> From<&'a WaitsFor> for EventShape<'a> {
    fn from(waits_for: &'a WaitsFor) -> Self {
        match waits_for {
            WaitsFor::Task { task } => EventShape::Task { task },
            WaitsFor::Cancelled { task } => EventShape::Cancelled { task: task.as_ref() },
            WaitsFor::ScopeChild { child } => EventShape::ScopeChild { child: *child },
            WaitsFor::Promise { promise, value } => {
                EventShape::Promise { promise: *promise, value: short(value) }
            }
            WaitsFor::Sleep { left } => EventShape::Sleep { left: left.map(seconds) },
            WaitsFor::NextStart { left } => EventShape::NextStart { left: left.map(seconds) },
            WaitsFor::Turn => EventShape::Turn,
            WaitsFor::Callback { value } => EventShape::Callback { value: short(value) },
            WaitsFor::Keys { point, keys, more } => {
                EventShape::Keys { point: short(point), keys, more: *more }
            }
            WaitsFor::Blocking { value } => EventShape::Blocking { value: short(value) },
            WaitsFor::Shutdown { tasks } => EventShape::Shutdown { tasks: *tasks },
            WaitsFor::Lock { what, content, holders, more } => {
                EventShape::Lock { what, content: content.map(short), holders, more: *more }
            }
            WaitsFor::Event => EventShape::Event,
            WaitsFor::Condition => EventShape::Condition,
            WaitsFor::Barrier { arrived, count } => EventShape::Barrier { arrived: *arrived, count: *count },
            WaitsFor::Queue { wait, queue, len, unfinished } => EventShape::Queue {
                wait: (*wait).into(),
                queue: short(queue),
                len: *len,
                unfinished: *unfinished,
            },
            WaitsFor::Batch { what, made_at, keys, is_in_flight, task } => EventShape::Batch {
                what,
                made_at: (*made_at).into(),
                keys: *keys,
                is_in_flight: *is_in_flight,
                task: task.as_ref(),
            },
            WaitsFor::Dump => EventShape::Dump,
            WaitsFor::Described { what } => EventShape::Described { what },
            WaitsFor::Foreign { future, wakers } => {
                EventShape::Foreign { future: future.map(short), wakers: *wakers }
            }
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum QueueWaitShape {
    Item,
    Room,
    Done,
}

impl From<QueueWait> for QueueWaitShape {
    fn from(wait: QueueWait) -> Self {
        match wait {
            QueueWait::Item => QueueWaitShape::Item,
            QueueWait::Room => QueueWaitShape::Room,
            QueueWait::Done => QueueWaitShape::Done,
        }
    }
}

#[derive(Serialize)]
struct LockHolderShape<'a> {
    task: Option<&'a TaskRef>,
    taken_at: PositionShape,
    has_taken: bool,
    is_needed: bool,
}

impl<'a> From<&'a LockHolder> for LockHolderShape<'a> {
    fn from(holder: &'a LockHolder) -> Self {
        LockHolderShape {
            task: holder.task.as_ref(),
            taken_at: holder.taken_at.into(),
            has_taken: holder.has_taken,
            is_needed: holder.is_needed,
        }
    }
}

#[derive(Serialize)]
struct TaskRefShape {
    number: Option<usize>,
}

impl From<&TaskRef> for TaskRefShape {
    fn from(task: &TaskRef) -> Self {
        TaskRefShape { number: task.number }
    }
}

#[derive(Serialize)]
struct SiteShape {
    file: &'static str,
    line: u32,
    column: u32,
    function: &'static str,
}

impl From<&Site> for SiteShape {
    fn from(site: &Site) -> Self {
        SiteShape { file: site.file(), line: site.line(), column: site.column(), function: site.function() }
    }
}

fn seconds(left: Duration) -> f64 {
    left.as_secs_f64()
}
