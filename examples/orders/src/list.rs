//! The list of all orders: the state of each, and what it waits for.

use std::fmt::{self, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gen_durable::{Outcome, RunInfo, RunState, RunWait};
use serde::Serialize;

use crate::look::{look, Node};
use crate::order::{Progress, BODY, STAGES};
use crate::shop::Shop;
use crate::store::{result_text, OrderStore};

/// The width of a terminal, which only errors exceed.
const WIDTH: usize = 80;

/// The orders of a store at one moment.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct List {
    orders: Vec<Listed>,
    #[serde(skip)]
    now: SystemTime,
}

/// An order.
#[derive(Debug, Serialize)]
struct Listed {
    id: String,
    state: &'static str,
    /// In seconds since 1970.
    begun: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<Progress>,
    /// The result, or the error, or why it cannot go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// The reason of a cancellation that has not arrived yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    to_be_cancelled: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits: Option<Wait>,
}

/// A wait, with those of its children.
#[derive(Debug, Serialize)]
struct Wait {
    coroutines: Vec<&'static str>,
    yields: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<String>,
    /// The time at which it ends by itself, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    children: Vec<Wait>,
}

impl List {
    /// The orders of the store.
    ///
    /// # Errors
    ///
    /// [`StoreError`](gen_durable::StoreError).
    pub fn of(store: &OrderStore, shop: &Shop) -> gen::Result<Self> {
        let runs = store.runs()?;
        let orders = runs.into_iter().map(|run| listed(store, shop, run)).collect();
        Ok(List { orders, now: SystemTime::now() })
    }
}

fn listed(store: &OrderStore, shop: &Shop, run: RunInfo) -> Listed {
    let (state, why) = state_of(&run);
    let mut listed = Listed {
        id: run.key.clone(),
        state,
        begun: seconds(run.begun),
        progress: None,
        why,
        to_be_cancelled: run.cancel.clone(),
        waits: None,
    };
    if matches!(run.state, RunState::Ended(_)) {
        return listed;
    }
    // One that cannot be read says nothing.
    listed.progress = store.progress(&run.key).ok().flatten();
    let tree = || {
        let (order, records) = (store.order(&run.key)?, store.durable().records(BODY, &run.key)?);
        look(shop, order, records)
    };
    match tree() {
        Ok(Some(node)) => listed.waits = Some(Wait::of(node, &[], &run.waits_for)),
        // It has ended meanwhile.
        Ok(None) => {}
        Err(error) if listed.why.is_none() => listed.why = Some(format!("{error:#}")),
        Err(_) => {}
    }
    listed
}

/// The state of an order, and more about it.
pub(crate) fn state_of(run: &RunInfo) -> (&'static str, Option<String>) {
    match &run.state {
        RunState::Free => ("free", None),
        RunState::Stopped(why) => ("stopped", Some(why.clone())),
        RunState::InProgress => ("in progress", None),
        RunState::Ended(outcome @ Outcome::Value(_)) => ("shipped", Some(result_text(outcome))),
        RunState::Ended(outcome @ Outcome::Failed(_)) => ("undone", Some(result_text(outcome))),
        _ => ("unknown", None),
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{STAGES} {}", self.done, self.stage)
    }
}

impl Wait {
    /// `around` are the yields around the node, whose waits may be those of its commands.
    fn of(node: Node, around: &[String], waits: &[RunWait]) -> Self {
        let Node { coroutines, yields, waits_for, of, children } = node;
        let around = if yields.is_empty() { around.to_vec() } else { yields.clone() };
        let until = waits_for.as_ref().and_then(|event| until(event, around.last()?, waits));
        let children = children.into_iter().map(|child| Wait::of(child, &around, waits)).collect();
        Wait { coroutines, yields, waits_for, until, of, children }
    }
}

/// The end of a sleep or a timeout. Its command in the store is that of the same line.
fn until(event: &str, at: &str, waits: &[RunWait]) -> Option<u64> {
    let kind =
        ["sleep", "timeout"].into_iter().find(|kind| event.starts_with(&format!("a durable {kind}")))?;
    let fits = |wait: &&RunWait| wait.what == format!("a {kind}") && is_same_line(at, &wait.at);
    waits.iter().filter(fits).find_map(|wait| wait.until).map(seconds)
}

/// Of two positions `src/order.rs:12:5`, those of a yield, and of a command within it.
fn is_same_line(one: &str, other: &str) -> bool {
    let line = |at: &str| at.rsplit_once(':').map(|(line, _)| line.to_owned());
    line(one).is_some() && line(one) == line(other)
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.orders.is_empty() {
            return f.write_str("no orders\n");
        }
        let width = self.orders.iter().map(|order| order.id.len()).max().unwrap_or(0).max(5);
        writeln!(f, "{:width$}  {:11}  {:>6}", "order", "state", "age")?;
        self.orders.iter().try_for_each(|order| order.write(f, width, self.now))
    }
}

impl Listed {
    fn write(&self, f: &mut fmt::Formatter<'_>, width: usize, now: SystemTime) -> fmt::Result {
        let age = Duration::from_secs(seconds(now).saturating_sub(self.begun));
        let mut line = format!("{:width$}  {:11}  {:>6}", self.id, self.state, short_span(age));
        let progress = self.progress.as_ref().map(Progress::to_string);
        let cancel = self.to_be_cancelled.as_ref().map(|reason| format!("to be cancelled: {reason}"));
        for text in progress.iter().chain(&self.why).chain(&cancel) {
            // A long text has a line of its own.
            if line.chars().count() + 2 + text.chars().count() > WIDTH {
                writeln!(f, "{}", line.trim_end())?;
                line = " ".repeat(width);
            }
            write!(line, "  {text}")?;
        }
        writeln!(f, "{}", line.trim_end())?;
        match &self.waits {
            Some(waits) => waits.write(f, &" ".repeat(width + 2), true, now),
            None => Ok(()),
        }
    }
}

impl Wait {
    fn write(&self, f: &mut fmt::Formatter<'_>, indent: &str, is_last: bool, now: SystemTime) -> fmt::Result {
        let mut line = format!("{indent}{}", if is_last { "└─ " } else { "├─ " });
        let indent = format!("{indent}{}", if is_last { "   " } else { "│  " });
        let place =
            self.yields.last().map(|at| format!("{} at {}", self.coroutines.join(" › "), short_place(at)));
        let event = self.waits_for.as_ref().map(|event| self.event(event, now));
        let parts: Vec<&String> = place.iter().chain(&self.of).chain(&event).collect();
        for (index, part) in parts.into_iter().enumerate() {
            if index > 0 && line.chars().count() + 2 + part.chars().count() > WIDTH {
                writeln!(f, "{line}")?;
                line.clone_from(&indent);
            } else if index > 0 {
                line += ": ";
            }
            line += part;
        }
        writeln!(f, "{}", line.trim_end())?;
        let mut children = self.children.iter().peekable();
        while let Some(child) = children.next() {
            child.write(f, &indent, children.peek().is_none(), now)?;
        }
        Ok(())
    }

    /// The event, with the time that is left.
    fn event(&self, event: &str, now: SystemTime) -> String {
        let Some(until) = self.until else { return event.to_owned() };
        let what = ["a durable sleep", "a durable timeout"].into_iter().find(|what| event.starts_with(what));
        let left = span(Duration::from_secs(until.saturating_sub(seconds(now))));
        format!("{}, {left} left", what.unwrap_or(event))
    }
}

/// The position `src/order.rs:12` of a position in the workspace.
fn short_place(at: &str) -> &str {
    let at = at.find("src/").map_or(at, |start| &at[start..]);
    at.rsplit_once(':').map_or(at, |(line, _)| line)
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

const UNITS: [(&str, &str, u64); 4] =
    [("d", "day", 86_400), ("h", "hour", 3600), ("min", "minute", 60), ("s", "second", 1)];

/// A span of time in its largest unit: "3 d".
fn short_span(span: Duration) -> String {
    let (unit, _, length) = UNITS.into_iter().find(|unit| span.as_secs() >= unit.2).unwrap_or(UNITS[3]);
    format!("{} {unit}", span.as_secs() / length)
}

/// A span of time in two units: "2 days 23 hours".
#[must_use]
pub fn span(span: Duration) -> String {
    let mut left = span.as_secs();
    let mut parts = Vec::new();
    for (_, unit, length) in UNITS {
        let count = left / length;
        left %= length;
        if count > 0 && parts.len() < 2 {
            parts.push(format!("{count} {unit}{}", if count == 1 { "" } else { "s" }));
        }
    }
    if parts.is_empty() {
        return "less than a second".into();
    }
    parts.join(" ")
}
