//! A task, or a group of tasks that wait at the same place.

use maud::{html, Markup};

use super::super::graph::{Dump, TaskDump};
use super::super::state::{state_text, went_on_at};
use super::links::{link, task_id};
use super::waits::{chain, gist, site_text};

/// The number of tasks that are named as waiting for one.
const NAMED: usize = 20;

/// One task, or those of a group within a fold.
pub(super) fn group(dump: &Dump, tasks: &[&TaskDump], is_open: bool) -> Markup {
    match tasks {
        [only] => task(dump, only, is_open),
        tasks => html! {
            details .group {
                summary {
                    div .head {
                        span .count { (tasks.len()) " tasks" }
                        span .name { (tasks[0].name()) }
                        span .quiet { "wait at the same place" }
                        (common_gist(dump, tasks))
                    }
                }
                @for member in tasks { (task(dump, member, is_open)) }
            }
        },
    }
}

/// The gist of all of them if it is the same, and else that of the first one, as an example.
fn common_gist(dump: &Dump, tasks: &[&TaskDump]) -> Markup {
    let mut gists = tasks.iter().filter_map(|task| task.waiting()).map(|waiting| gist(dump, waiting));
    let Some(first) = gists.next() else { return html! {} };
    let is_common = gists.all(|other| other.0 == first.0);
    html! { div .gist { @if !is_common { "One of them " } (first) } }
}

fn task(dump: &Dump, task: &TaskDump, is_open: bool) -> Markup {
    html! {
        article .task id=(task_id(task.number)) {
            details open[is_open] {
                summary {
                    div .head {
                        span .number { (task.number) }
                        span .name { (task.name()) }
                        @if task.is_root { span .quiet { "runs the loop" } }
                        @if let Some(state) = state_text(dump.of, task.state) { span .state { (state) } }
                        @if let Some(waiting) = task.waiting() { div .gist { (gist(dump, waiting)) } }
                    }
                }
                div .body {
                    @if !task.awaited_by.is_empty() { p { "Awaited by " (awaited_by(dump, task)) } }
                    @if let Some(site) = went_on_at(task) { p { "Went on from " (site_text(&site)) } }
                    @if let Some(at) = task.spawned_at { p .quiet { "Spawned at " span .site { (at) } } }
                    @if let Some(waiting) = task.waiting() { (chain(dump, waiting)) }
                }
            }
        }
    }
}

fn awaited_by(dump: &Dump, task: &TaskDump) -> Markup {
    let more = task.awaited_by.len().saturating_sub(NAMED);
    html! {
        @for (at, other) in task.awaited_by.iter().take(NAMED).enumerate() {
            @if at > 0 { ", " }
            "task " (link(dump, *other))
        }
        @if more > 0 { " and " (more) " more" }
    }
}
