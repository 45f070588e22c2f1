//! Finds what a coroutine waits for that is in no journal.

use gen::drive::short_type;
use gen::dump::{ChainEnd, Link, Waiting, WaitsFor};
use gen::Site;

use crate::error::NotDurable;

/// A wait for something that is in no journal.
#[derive(Debug, Clone)]
pub(crate) struct Outside {
    what: String,
    at: Option<Site>,
    advice: &'static str,
    /// The event is in no journal in any case. Otherwise it may follow from events that are: from a
    /// step, for a promise that the coroutine itself sets after the step.
    pub(crate) is_certain: bool,
}

const A_STEP: &str = "put it into a `step`";
const A_TIMER: &str = "write `gen_durable::sleep` or `gen_durable::with_timeout`, or put it into a `step`";
const PARALLEL: &str = "yield a list, a map or a tuple, or use `gen::scope`";

impl Outside {
    pub(crate) fn into_error(self, coroutine: Site) -> NotDurable {
        NotDurable { what: self.what, at: self.at.unwrap_or(coroutine), advice: self.advice }
    }

    /// A thing that a poll in a fixed order has refused, in the coroutine that waits there now.
    pub(crate) fn refused(what: &'static str, waiting: Option<&Waiting>) -> Self {
        let is_map = what.contains("Map");
        let advice = match what {
            "a timer of gen" => A_TIMER,
            _ if is_map => "yield a `BTreeMap`, which has an order",
            _ => PARALLEL,
        };
        let mut at = None;
        if let Some(waiting) = waiting.filter(|_| is_map) {
            find_map(waiting, &mut at);
        }
        Outside { what: what.into(), at, advice, is_certain: true }
    }

    /// A wake from outside, of which nothing else is known.
    pub(crate) fn unknown() -> Self {
        let what = "what has woken it".to_owned();
        Outside { what, at: None, advice: A_STEP, is_certain: true }
    }
}

/// The innermost yield of a map, if there is one.
fn find_map(waiting: &Waiting, at: &mut Option<Site>) {
    match &waiting.end {
        ChainEnd::Children(children) => {
            if children.of == "a map" {
                *at = waiting.sites().first().copied().or(*at);
            }
            children.unfinished.iter().for_each(|child| find_map(&child.waiting, at));
        }
        ChainEnd::Several(several) => several.iter().for_each(|one| find_map(one, at)),
        _ => {}
    }
}

/// All waits that are in no journal, or that may be in none. Certain ones come first.
pub(crate) fn outside(waiting: &Waiting) -> Vec<Outside> {
    let mut found = Vec::new();
    look(waiting, None, &mut found);
    found.sort_by_key(|outside| !outside.is_certain);
    found
}

fn look(waiting: &Waiting, around: Option<Site>, found: &mut Vec<Outside>) {
    let mut at = around;
    for link in &waiting.chain {
        match link {
            Link::Yield { site, .. } => at = Some(*site),
            Link::Timeout { .. } => found.push(Outside {
                what: "`gen::with_timeout`".into(),
                at,
                advice: "write `gen_durable::with_timeout`",
                is_certain: true,
            }),
            _ => {}
        }
    }
    match &waiting.end {
        ChainEnd::For(waits_for) => found.extend(of_event(waits_for, at)),
        ChainEnd::Several(several) => several.iter().for_each(|one| look(one, at, found)),
        ChainEnd::Children(children) => {
            children.unfinished.iter().for_each(|child| look(&child.waiting, at, found));
        }
        _ => {}
    }
}

fn of_event(waits_for: &WaitsFor, at: Option<Site>) -> Option<Outside> {
    let (what, advice, is_certain) = match waits_for {
        // A step or a sleep of this crate.
        WaitsFor::Described { .. } => return None,
        WaitsFor::Sleep { .. } => {
            ("`gen::sleep`".into(), "write `gen_durable::sleep`, or put it into a `step`", true)
        }
        WaitsFor::Turn => ("`gen::moment`".into(), "leave it out", true),
        WaitsFor::Task { .. } | WaitsFor::Cancelled { task: Some(_), .. } => {
            ("the end of a task".into(), PARALLEL, true)
        }
        WaitsFor::Callback { .. }
        | WaitsFor::Blocking { .. }
        | WaitsFor::Shutdown { .. }
        | WaitsFor::Dump => (waits_for.to_string(), A_STEP, true),
        WaitsFor::Keys { .. } => ("a callback".into(), A_STEP, true),
        WaitsFor::Foreign { future, .. } => {
            let future = future.map_or_else(|| "a future that no yield waits for".into(), short_type);
            (future, A_STEP, false)
        }
        WaitsFor::Promise { value, .. } => (format!("a promise of {}", short_type(value)), A_STEP, false),
        // A child of a scope, which belongs to the coroutine, and kinds of later versions of gen.
        _ => (waits_for.to_string(), A_STEP, false),
    };
    Some(Outside { what, at, advice, is_certain })
}
