//! Finds what a coroutine waits for that is in no journal.

use gen::drive::{short_type, Refused, RefusedKind};
use gen::dump::{ChainEnd, Link, Waiting, WaitsFor};
use gen::Site;

use crate::error::NotDurable;
use crate::place::Place;

/// A wait for something that is in no journal, or a call that makes it.
#[derive(Debug, Clone)]
pub(crate) struct Outside {
    what: String,
    at: Option<(Place, Option<&'static str>)>,
    advice: &'static str,
    /// The event is in no journal in any case. Otherwise it may follow from events that are: from a
    /// step, for a promise that the coroutine itself sets after the step.
    pub(crate) is_certain: bool,
}

const A_STEP: &str = "put it into a `step`";
const A_SLEEP: &str = "write `gen_durable::sleep`, or put it into a `step`";
const A_BRACKET: &str = "put the bracket around the timeout or the race that drops it";
const PARALLEL: &str = "yield a list, a map or a tuple, or use `gen::scope`";

impl Outside {
    pub(crate) fn into_error(self, coroutine: Site) -> NotDurable {
        let (at, function) = self.at.unwrap_or_else(|| at_site(coroutine));
        NotDurable { what: self.what, at, function, advice: self.advice }
    }

    /// The thing that a poll in a fixed order has refused. `waiting` says where the coroutine waits
    /// now.
    pub(crate) fn refused(refused: Refused, waiting: Option<&Waiting>) -> Self {
        let advice = match refused.kind() {
            RefusedKind::UnorderedMap => "yield a `BTreeMap`, which has an order",
            RefusedKind::SpawnedTask => PARALLEL,
            RefusedKind::DroppedBracket => A_BRACKET,
            // The sleep or the timeout says itself what it is.
            RefusedKind::MissingTimer => match waiting.and_then(first_certain) {
                Some(timer) => return timer,
                None => A_SLEEP,
            },
            _ => A_STEP,
        };
        let what = refused.kind().to_string();
        let at = match refused.called_at() {
            Some(call) => Some((call.into(), None)),
            None => waiting.and_then(|waiting| find(&what, waiting, None)).map(at_site),
        };
        Outside { what, at, advice, is_certain: true }
    }

    /// A wake from outside, of which nothing else is known.
    pub(crate) fn unknown() -> Self {
        let what = "what has woken it".to_owned();
        Outside { what, at: None, advice: A_STEP, is_certain: true }
    }
}

fn at_site(site: Site) -> (Place, Option<&'static str>) {
    (site.into(), Some(site.function()))
}

/// The innermost yield that waits for `what`, which was refused. `around` is the yield that waits
/// for the whole.
fn find(what: &str, waiting: &Waiting, around: Option<Site>) -> Option<Site> {
    let at = waiting.sites().first().copied().or(around);
    match &waiting.end {
        ChainEnd::For(WaitsFor::Described { what: described, .. }) if described == what => at,
        ChainEnd::Several(several) => several.iter().find_map(|one| find(what, one, at)),
        ChainEnd::Children(children) => {
            children.unfinished.iter().find_map(|child| find(what, &child.waiting, at))
        }
        _ => None,
    }
}

/// All waits that are in no journal, or that may be in none. Certain ones come first.
pub(crate) fn outside(waiting: &Waiting) -> Vec<Outside> {
    let mut found = Vec::new();
    look(waiting, None, &mut found);
    found.sort_by_key(|outside| !outside.is_certain);
    found
}

fn first_certain(waiting: &Waiting) -> Option<Outside> {
    outside(waiting).into_iter().find(|outside| outside.is_certain)
}

fn look(waiting: &Waiting, around: Option<Site>, found: &mut Vec<Outside>) {
    let mut at = around;
    for link in &waiting.chain {
        match link {
            Link::Yield { site, .. } => at = Some(*site),
            Link::Timeout { .. } => found.push(Outside {
                what: "`gen::with_timeout`".into(),
                at: at.map(at_site),
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
        WaitsFor::Sleep { .. } => ("`gen::sleep`".into(), A_SLEEP, true),
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
    Some(Outside { what, at: at.map(at_site), advice, is_certain })
}
