//! A chain of yields and its end, as a tree.

use std::collections::HashSet;

use maud::{html, Markup};

use super::super::graph::{awaited, Dump, TaskDump};
use super::super::leaves::{is_without_waker, leaves_of};
use super::super::print::count;
use super::links::{link, promise_link};
use crate::error::Site;
use crate::inject::question::{
    before_holder, more_holders, rounded, ChainEnd, Child, Children, Link, Waiting, WaitsFor,
};
use crate::report::type_name::short;

/// The number of links of a chain, or of children, that are not folded.
const SHOWN: usize = 12;

/// The number of events that the gist of a group names.
const EVENTS: usize = 3;

/// The chain, and its end.
pub(super) fn chain(dump: &Dump, waiting: &Waiting) -> Markup {
    let (first, rest) = waiting.chain.split_at(waiting.chain.len().min(SHOWN / 2));
    // The innermost yields say most.
    let (folded, last) = rest.split_at(rest.len().saturating_sub(SHOWN / 2));
    html! {
        ol .chain {
            @for link in first { li { (link_text(link)) } }
            @if !folded.is_empty() {
                li { details .more {
                    summary { (folded.len()) " more" }
                    @for link in folded { div { (link_text(link)) } }
                } }
            }
            @for link in last { li { (link_text(link)) } }
            li .end { (end(dump, &waiting.end)) }
        }
    }
}

/// The events, without those that read the same, and the innermost yield.
pub(super) fn gist(dump: &Dump, waiting: &Waiting) -> Markup {
    let (mut texts, mut events) = (HashSet::new(), Vec::new());
    if !matches!(waiting.end, ChainEnd::For(_)) {
        events = leaves_of(waiting);
        events.retain(|leaf| texts.insert(leaf.waits_for.to_string()));
    }
    html! {
        "waits for " (end_in_short(dump, &waiting.end))
        @for (at, leaf) in events.iter().take(EVENTS).enumerate() {
            @if at == 0 { ": " } @else { "; " }
            (event(dump, leaf.waits_for))
        }
        @if events.len() > EVENTS { "; " (events.len() - EVENTS) " more" }
        @if let Some(site) = waiting.sites().first() { div { "at " (site_text(site)) } }
    }
}

fn link_text(link: &Link) -> Markup {
    html! {
        @match link {
            Link::Yield { site, .. } => { "at " (site_text(site)) },
            Link::Timeout { left: Some(left) } => {
                "within a timeout, " (format!("{:?}", rounded(*left))) " left"
            },
            Link::Timeout { left: None } => "within a timeout that never ends",
        }
    }
}

/// A position and the function that it is in.
pub(super) fn site_text(site: &Site) -> Markup {
    html! { span .site { (site.file()) ":" (site.line()) ":" (site.column()) } " in " code { (site.function()) } }
}

fn end(dump: &Dump, end: &ChainEnd) -> Markup {
    html! {
        "waits for " (end_in_short(dump, end))
        @match end {
            ChainEnd::For(_) => {},
            ChainEnd::Children(Children { unfinished, .. }) => {
                (list(unfinished, |Child { key, waiting, .. }| html! {
                    span .key { (key) } (chain(dump, waiting))
                }))
            },
            ChainEnd::Several(several) => (list(several, |one| chain(dump, one))),
        }
    }
}

/// A list, of which the first elements are not folded.
fn list<T>(elements: &[T], show: impl Fn(&T) -> Markup) -> Markup {
    let (first, folded) = elements.split_at(elements.len().min(SHOWN));
    html! {
        ul .children {
            @for element in first { li { (show(element)) } }
            @if !folded.is_empty() {
                li { details .more {
                    summary { (folded.len()) " more" }
                    ul .children { @for element in folded { li { (show(element)) } } }
                } }
            }
        }
    }
}

/// The end of a chain, on one line.
fn end_in_short(dump: &Dump, end: &ChainEnd) -> Markup {
    html! {
        @match end {
            ChainEnd::For(waits_for) => (event(dump, waits_for)),
            ChainEnd::Children(children) => { (count(children)) " of " (children.of) },
            ChainEnd::Several(several) => { (several.len()) " futures at once" },
        }
    }
}

fn event(dump: &Dump, waits_for: &WaitsFor) -> Markup {
    let number = awaited(waits_for).and_then(|task| task.number);
    html! {
        @match (waits_for, number) {
            (WaitsFor::Cancelled { .. }, Some(number)) => {
                "the end of task " (link(dump, number)) ", which is cancelled" (name(dump, number))
            },
            (WaitsFor::Batch { .. }, Some(number)) => {
                (waits_for.batch().unwrap_or_default()) " in task " (link(dump, number)) (name(dump, number))
            },
            (_, Some(number)) => { "task " (link(dump, number)) (name(dump, number)) },
            (WaitsFor::Lock { what, content, holders, more }, _) => {
                (what)
                @if let Some(content) = content { " of " (short(content)) }
                @for (position, holder) in holders.iter().enumerate() {
                    (before_holder(position))
                    (holder.since())
                    @match holder.task.as_ref().map(|task| task.number) {
                        Some(Some(number)) => { " by task " (link(dump, number)) (name(dump, number)) },
                        Some(None) => " by a task that is not known here",
                        None => {},
                    }
                }
                (more_holders(*more))
            },
            (WaitsFor::Promise { promise, value }, _) => { (promise_link(*promise)) " of " (short(value)) },
            _ => { span .alarm[is_without_waker(waits_for)] { (waits_for) } },
        }
    }
}

fn name(dump: &Dump, number: usize) -> Markup {
    html! { @if let Some(name) = dump.tasks.get(number).map(TaskDump::name) { ": " code { (name) } } }
}
