//! The section at the top of the page, and the list of promises.

use std::collections::BTreeMap;

use maud::{html, Markup};

use super::super::graph::{Dump, TaskDump};
use super::super::leaves::{is_without_waker, leaves};
use super::links::{link, promise_id, promise_link};
use crate::inject::question::WaitsFor;
use crate::report::type_name::short;

/// The number of tasks that a line names, and of lines of one kind.
const SHOWN: usize = 8;

/// The number of names of tasks on a line.
const NAMES: usize = 3;

/// The facts about all tasks that a person who looks for a fault wants to know first.
pub(super) struct Findings<'a> {
    dump: &'a Dump,
    circles: Vec<Vec<usize>>,
    /// The tasks that wait for such a future, and the future.
    without_waker: Vec<(usize, &'a WaitsFor)>,
    /// The tasks that went on when they were asked, though nothing had woken them.
    lost_wake_up: Vec<usize>,
    promises: BTreeMap<usize, Promise<'a>>,
}

struct Promise<'a> {
    value: &'a str,
    awaited_by: Vec<usize>,
}

impl<'a> Findings<'a> {
    pub(super) fn of(dump: &'a Dump) -> Self {
        let (mut without_waker, mut promises) = (Vec::new(), BTreeMap::new());
        for task in &dump.tasks {
            for leaf in leaves(task) {
                if is_without_waker(leaf.waits_for) {
                    without_waker.push((task.number, leaf.waits_for));
                }
                if let WaitsFor::Promise { promise, value } = leaf.waits_for {
                    let new = || Promise { value, awaited_by: Vec::new() };
                    let promise: &mut Promise<'_> = promises.entry(*promise).or_insert_with(new);
                    if promise.awaited_by.last() != Some(&task.number) {
                        promise.awaited_by.push(task.number);
                    }
                }
            }
        }
        let lost_wake_up = dump.tasks.iter().filter(|task| task.has_lost_wake_up);
        let lost_wake_up = lost_wake_up.map(|task| task.number).collect();
        Findings { dump, circles: dump.circles(), without_waker, lost_wake_up, promises }
    }

    /// The faults, and the promises that many tasks wait for.
    pub(super) fn section(&self) -> Markup {
        let popular = self.popular();
        let counts = [self.circles.len(), self.without_waker.len(), self.lost_wake_up.len(), popular.len()];
        if counts == [0; 4] {
            return html! {};
        }
        html! {
            section .first {
                h2 { "Look here first" }
                ul {
                    @for circle in self.circles.iter().take(SHOWN) {
                        li {
                            (self.tasks(circle))
                            @if circle.len() == 1 { " waits for itself" } @else { " wait for each other in a circle" }
                            ": only an event from outside ends that, such as a cancellation or a time limit. " (self.names(circle))
                        }
                    }
                    @for (task, waits_for) in self.without_waker.iter().take(SHOWN) {
                        li { (self.tasks(&[*task])) " waits for " code { (waits_for) } ": nothing will wake it. " (self.names(&[*task])) }
                    }
                    @if self.without_waker.len() > SHOWN {
                        li { (self.without_waker.len() - SHOWN) " more futures keep no waker." }
                    }
                    @if !self.lost_wake_up.is_empty() {
                        li { (self.tasks(&self.lost_wake_up)) " went on when asked: a wake-up was lost. " (self.names(&self.lost_wake_up)) }
                    }
                    @for (number, promise) in popular {
                        li {
                            (promise.awaited_by.len()) " tasks wait for " (promise_link(number))
                            " of " code { (short(promise.value)) } ": which code is to set it? " (self.names(&promise.awaited_by))
                        }
                    }
                }
            }
        }
    }

    /// The list of all promises that are waited for.
    pub(super) fn promises(&self) -> Markup {
        if self.promises.is_empty() {
            return html! {};
        }
        html! {
            section {
                h2 { "Promises" }
                ul .promises {
                    @for (number, promise) in &self.promises {
                        li id=(promise_id(*number)) {
                            b { "promise " (number) } " of " code { (short(promise.value)) } ": awaited by "
                            (promise.awaited_by.len()) @if promise.awaited_by.len() == 1 { " task. " } @else { " tasks. " }
                            (self.tasks(&promise.awaited_by)) " " (self.names(&promise.awaited_by))
                        }
                    }
                }
            }
        }
    }

    /// Those that most tasks wait for, if there are several.
    fn popular(&self) -> Vec<(usize, &Promise<'a>)> {
        let mut promises: Vec<_> = self.promises.iter().map(|(number, promise)| (*number, promise)).collect();
        promises.retain(|(_, promise)| promise.awaited_by.len() > 1);
        promises.sort_by_key(|(_, promise)| std::cmp::Reverse(promise.awaited_by.len()));
        promises.truncate(SHOWN / 2);
        promises
    }

    /// The names of tasks, each of them once. Of many only the first ones.
    fn names(&self, tasks: &[usize]) -> Markup {
        let mut names: Vec<_> = Vec::new();
        for name in tasks.iter().filter_map(|task| self.dump.tasks.get(*task)).map(TaskDump::name) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let more = names.len().saturating_sub(NAMES);
        html! {
            span .names {
                @for name in names.iter().take(NAMES) { code { (name) } " " }
                @if more > 0 { "and " (more) " more" }
            }
        }
    }

    /// Links to tasks. Of many only the first ones.
    fn tasks(&self, tasks: &[usize]) -> Markup {
        let (shown, more) = tasks.split_at(tasks.len().min(SHOWN));
        html! {
            @if let [only] = tasks { "Task " (link(self.dump, *only)) } @else {
                "Tasks "
                @for (at, task) in shown.iter().enumerate() {
                    @if at > 0 { ", " }
                    (link(self.dump, *task))
                }
                @if !more.is_empty() { " and " (more.len()) " more" }
            }
        }
    }
}
