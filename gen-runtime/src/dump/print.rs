//! How a [`Dump`] prints: each task is a paragraph, and its chain is a list of lines, from the
//! outermost yield to the innermost one, and then the event that this one waits for.

use std::fmt::{self, Write as _};

use super::graph::{awaited, Dump, Of, TaskDump};
use super::state::{state_text, went_on_at};
use crate::inject::question::{
    rounded, write_of, ChainEnd, Child, Children, Link, LockHolder, TaskRef, Waiting, WaitsFor,
};

/// The number of columns that a line should not exceed.
const COLUMNS: usize = 80;

/// The number of tasks that are named as waiting for one.
const NAMED: usize = 8;

impl fmt::Display for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.heading())?;
        for line in self.circle_lines() {
            write!(f, "\n\n{line}")?;
        }
        self.tasks.iter().try_for_each(|task| write!(f, "\n\n{}", self.paragraph(task)))
    }
}

impl Dump {
    /// The loop or the tracker, and the number of its tasks.
    pub(super) fn heading(&self) -> String {
        match (self.of, self.tasks.len()) {
            (Of::Loop { serial, turn }, 1) => format!("loop {serial}, turn {turn}: 1 task"),
            (Of::Loop { serial, turn }, count) => format!("loop {serial}, turn {turn}: {count} tasks"),
            #[cfg(all(feature = "tokio", not(loom)))]
            (Of::Tracker, count) => format!("tracked tasks: {count}"),
        }
    }

    /// A sentence for each circle.
    pub(crate) fn circle_lines(&self) -> impl Iterator<Item = String> {
        self.circles().into_iter().map(|circle| circle_line(&circle))
    }

    /// The text of one of its tasks.
    pub(crate) fn paragraph<'a>(&'a self, task: &'a TaskDump) -> impl fmt::Display + 'a {
        Paragraph { dump: self, task }
    }
}

/// Such as "tasks 1, 2, 5 wait for each other in a circle".
fn circle_line(circle: &[usize]) -> String {
    let [only] = circle else {
        let named: Vec<_> = circle.iter().take(NAMED).map(usize::to_string).collect();
        let more = match circle.len() - named.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        return format!("tasks {}{more} wait for each other in a circle", named.join(", "));
    };
    format!("task {only} waits for itself")
}

impl fmt::Display for TaskDump {
    /// The chain of the task, as in the dump, without what the dump knows of other tasks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Lines { text: String::new(), dump: None };
        self.waiting.iter().for_each(|waiting| lines.waiting(waiting, "  ", "  "));
        write!(f, "task {}: {}{}", self.number, self.name(), lines.text)
    }
}

/// The number of children that have not ended, such as "2 of 5 children".
pub(super) fn count(Children { total, unfinished, .. }: &Children) -> String {
    match (unfinished.len(), total) {
        (count, Some(total)) if *total != count => format!("{count} of {total} children"),
        (1, _) => "1 child".to_owned(),
        (count, _) => format!("{count} children"),
    }
}

/// The chain, as in the dump: a line for each yield, from the outermost to the innermost one, and
/// then the event. There is no newline at the end.
impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Lines { text: String::new(), dump: None };
        lines.waiting(self, "  ", "  ");
        f.write_str(lines.text.trim_start_matches('\n'))
    }
}

/// A task of a dump.
struct Paragraph<'a> {
    dump: &'a Dump,
    task: &'a TaskDump,
}

impl fmt::Display for Paragraph<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let task = self.task;
        let mut head = format!("task {}: {}", task.number, task.name());
        if task.is_root {
            head.push_str(" (runs the loop)");
        }
        f.write_str(&head)?;
        if let Some(at) = task.spawned_at {
            let spawned = format!("spawned at {at}");
            let fits = head.len() + 2 + spawned.len() <= COLUMNS;
            write!(f, "{}{spawned}", if fits { ", " } else { "\n  " })?;
        }
        if let [first, more @ ..] = task.awaited_by.as_slice() {
            write!(f, "\n  awaited by task {first}")?;
            more.iter().take(NAMED - 1).try_for_each(|task| write!(f, ", {task}"))?;
            if more.len() >= NAMED {
                write!(f, " and {} more", more.len() + 1 - NAMED)?;
            }
        }
        if let Some(state) = state_text(self.dump.of, task.state) {
            write!(f, "\n  {state}")?;
        }
        if let Some(site) = went_on_at(task) {
            write!(f, ", from {site}")?;
        }
        let mut lines = Lines { text: String::new(), dump: Some(self.dump) };
        task.waiting.iter().for_each(|waiting| lines.waiting(waiting, "  ", "  "));
        f.write_str(&lines.text)
    }
}

/// Writes a tree.
struct Lines<'a> {
    text: String,
    /// Knows the names of the tasks that are waited for.
    dump: Option<&'a Dump>,
}

impl Lines<'_> {
    /// Writes a chain and its end. The first line begins with `first`, and the others with
    /// `indent`.
    fn waiting(&mut self, Waiting { chain, end, .. }: &Waiting, first: &str, indent: &str) {
        let mut beginning = first;
        for link in chain {
            match link {
                Link::Yield { site, .. } => self.line(beginning, &format!("at {site}")),
                Link::Timeout { left: Some(left), .. } => {
                    self.line(beginning, &format!("within a timeout, {:?} left", rounded(*left)));
                }
                Link::Timeout { left: None, .. } => self.line(beginning, "within a timeout that never ends"),
            }
            beginning = indent;
        }
        match end {
            ChainEnd::For(WaitsFor::Lock { what, content, holders, more, .. }) => {
                let mut lock = String::new();
                let _ = write_of(&mut lock, what, *content);
                self.line(beginning, &format!("waits for {lock}"));
                self.holders(holders, *more, indent);
            }
            ChainEnd::For(waits_for) => {
                let name = self.name_of_task(waits_for);
                self.line(beginning, &format!("waits for {waits_for}{name}"));
            }
            ChainEnd::Children(children) => self.children(children, beginning, indent),
            ChainEnd::Several(several) => {
                self.line(beginning, &format!("waits for {} futures at once:", several.len()));
                let (first, deeper) = (format!("{indent}  - "), format!("{indent}    "));
                several.iter().for_each(|one| self.waiting(one, &first, &deeper));
            }
        }
    }

    fn children(&mut self, children: &Children, beginning: &str, indent: &str) {
        self.line(beginning, &format!("waits for {} of {}:", count(children), children.of));
        for Child { key, waiting, .. } in &children.unfinished {
            self.waiting(waiting, &format!("{indent}  [{key}] "), &format!("{indent}      "));
        }
    }

    fn holders(&mut self, holders: &[LockHolder], more: usize, indent: &str) {
        for holder in holders {
            let name = self.name_of(holder.task.as_ref());
            self.line(indent, &format!("  {holder}{name}"));
        }
        if more > 0 {
            self.line(indent, &format!("  held by {more} more"));
        }
    }

    /// The name of the task that is waited for, if it is one.
    fn name_of_task(&self, waits_for: &WaitsFor) -> String {
        self.name_of(awaited(waits_for))
    }

    fn name_of(&self, task: Option<&TaskRef>) -> String {
        let number = task.and_then(|task| task.number);
        let task = number.and_then(|number| self.dump?.tasks.get(number));
        task.map_or_else(String::new, |task| format!(": {}", task.name()))
    }

    fn line(&mut self, beginning: &str, text: &str) {
        let _ = write!(self.text, "\n{beginning}{text}");
    }
}
