//! [`Dump::to_dot`]: the graph of the tasks and of their waits, for Graphviz.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::graph::{Dump, Of, TaskDump};
use super::leaves::{is_without_waker, leaves, Leaf};
use super::state::state_text;
use crate::inject::question::WaitsFor;
use crate::report::type_name::short;

/// The number of events of a task that its node shows.
const SHOWN: usize = 6;

/// The attributes of the graph, of its nodes and of its edges.
const STYLE: &str = "  labelloc=t;
  rankdir=LR;
  fontname=\"sans-serif\";
  node [shape=box, style=\"rounded,filled\", fillcolor=\"#f6f8fa\", fontname=\"monospace\", fontsize=10];
  edge [fontname=\"monospace\", fontsize=9];
";

/// The colour of a circle, and of a task with a future that keeps no waker.
const ALARM: &str = "#c4232b";

impl Dump {
    /// The graph of the tasks and of their waits, in the language of
    /// [Graphviz](https://graphviz.org).
    ///
    /// Each task is a node `task0`, `task1`, .., and each promise that a task waits for is a node
    /// `promise1`, .., which all that wait for it share. An edge leads from a task to the task or
    /// the promise that it waits for, and has the keys of the child that waits. A circle of tasks
    /// is red, and so is a task with a future that keeps no waker.
    ///
    /// ```
    /// use gen::yield_;
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<gen::Dump> {
    ///     let (_promise, answer) = gen::promise::<u32>();
    ///     let _reader = gen::spawn(answer);
    ///     yield_!(gen::dump())
    /// }
    /// let dot = gen::run_sync(body()).unwrap().to_dot();
    /// assert!(dot.starts_with("digraph dump {"));
    /// assert!(dot.contains("  task1 -> promise1;"), "{dot}");
    /// // Draw it: dot -Tsvg dump.dot -o dump.svg
    /// ```
    #[must_use]
    pub fn to_dot(&self) -> String {
        let circles = Circles::of(self);
        let mut dot = format!("digraph dump {{\n  label={};\n{STYLE}", quoted(&self.heading()));
        let mut promises = BTreeMap::new();
        let mut edges = String::new();
        for task in &self.tasks {
            let leaves = leaves(task);
            let _ = writeln!(dot, "  {};", node(self.of, task, &leaves, &circles));
            for leaf in &leaves {
                for to in leaf.awaited() {
                    let attributes = edge(leaf, circles.joins(task.number, to));
                    let _ = writeln!(edges, "  task{} -> task{to}{attributes};", task.number);
                }
                if let WaitsFor::Promise { promise, value } = leaf.waits_for {
                    promises.insert(promise, value);
                    let _ =
                        writeln!(edges, "  task{} -> promise{promise}{};", task.number, edge(leaf, false));
                }
            }
        }
        for (promise, value) in promises {
            let label = quoted(&format!("promise {promise} of {}", short(value)));
            let _ =
                writeln!(dot, "  promise{promise} [label={label}, shape=ellipse, fillcolor=\"#fff8c5\"];");
        }
        dot + &edges + "}\n"
    }
}

/// The circle of each task that is in one.
struct Circles(BTreeMap<usize, usize>);

impl Circles {
    fn of(dump: &Dump) -> Self {
        let circles = dump.circles().into_iter().zip(0..);
        Circles(
            circles.flat_map(|(tasks, circle)| tasks.into_iter().map(move |task| (task, circle))).collect(),
        )
    }

    /// Whether both are in one circle.
    fn joins(&self, from: usize, to: usize) -> bool {
        self.0.get(&from).is_some_and(|circle| self.0.get(&to) == Some(circle))
    }
}

fn node(of: Of, task: &TaskDump, leaves: &[Leaf<'_>], circles: &Circles) -> String {
    let mut lines = vec![format!("task {}: {}", task.number, task.name())];
    if task.is_root {
        lines[0].push_str(" (runs the loop)");
    }
    lines.extend(state_text(of, task.state).map(str::to_owned));
    let mut last = None;
    for Leaf { keys, site, waits_for } in leaves.iter().take(SHOWN) {
        let keys = if keys.is_empty() { String::new() } else { format!("{keys} ") };
        if *site != last {
            lines.extend(site.map(|site| format!("at {site}")));
            last = *site;
        }
        lines.push(format!("{keys}waits for {waits_for}"));
    }
    if leaves.len() > SHOWN {
        lines.push(format!("and {} more", leaves.len() - SHOWN));
    }
    // `\l` ends a line and moves it to the left.
    let label: String = lines.iter().map(|line| escaped(line) + "\\l").collect();
    let is_alarming =
        circles.joins(task.number, task.number) || leaves.iter().any(|leaf| is_without_waker(leaf.waits_for));
    let color = if is_alarming { format!(", color=\"{ALARM}\"") } else { String::new() };
    format!("task{} [label=\"{label}\"{color}]", task.number)
}

/// The attributes of the edge to the task or the promise that a leaf waits for.
fn edge(leaf: &Leaf<'_>, is_in_circle: bool) -> String {
    let label = Some(quoted(&leaf.keys)).filter(|_| !leaf.keys.is_empty());
    let color = is_in_circle.then(|| quoted(ALARM));
    let attributes =
        [label.map(|label| format!("label={label}")), color.map(|color| format!("color={color}"))];
    match attributes.into_iter().flatten().collect::<Vec<_>>().as_slice() {
        [] => String::new(),
        attributes => format!(" [{}]", attributes.join(", ")),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Text within quotes. Graphviz replaces the escapes of a backslash, and the entities of HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '&' => escaped.push_str("&amp;"),
            '\n' => escaped.push_str("\\l"),
            c if c.is_control() => escaped.push(char::REPLACEMENT_CHARACTER),
            c => escaped.push(c),
        }
    }
    escaped
}
