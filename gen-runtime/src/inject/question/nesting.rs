//! Makes a tree of the statements of one poll.
//!
//! The statements come from the inside out: a future answers after the futures that it has polled.
//! Those that belong to no later one yet are *loose*. Each new statement takes its parts from them:
//!
//! | statement | its parts |
//! |---|---|
//! | a yield of a [closed](crate::coroutine::Coroutine::is_closed) coroutine | the last one: the coroutine is suspended at one yield of its own, which has answered just before |
//! | another yield, a timeout | all whose futures lie in its own future |
//! | a box | all whose futures lie in its content |
//! | a leaf, a group | none |
//!
//! With one part, a yield is a further link of the chain of that part. With several it ends the
//! chain.
//!
//! A future that lies behind a pointer of another library, such as a `Box`, lies in none of the
//! later ones. Then its statement is a part of the next yield or timeout that may have such a
//! pointer: its future has room for one, and its own end is not known yet. The end of a yield is a
//! leaf or a group that lies in its future, and that of a timeout is any part that does.

use super::memory::Memory;
use super::statement::{Said, Statement};
use super::waiting::{ChainEnd, Link, Waiting};
use super::waits_for::WaitsFor;

/// A part of the tree that belongs to no other one yet.
struct Loose {
    /// The place of its outermost future, as far as that has said it. Otherwise that of an inner
    /// one, which lies in the outer ones.
    at: Option<Memory>,
    /// Whether it lies in the future of a later statement.
    is_held_later: bool,
    /// From the innermost link to the outermost one.
    chain: Vec<Link>,
    end: ChainEnd,
}

impl Loose {
    fn new(at: Option<Memory>, end: ChainEnd) -> Self {
        Loose { at, is_held_later: false, chain: Vec::new(), end }
    }

    /// Whether it is a leaf or a group, without a yield around it.
    fn is_bare(&self) -> bool {
        self.chain.is_empty()
    }

    fn into_waiting(mut self) -> Waiting {
        self.chain.reverse();
        Waiting { chain: self.chain, end: self.end }
    }
}

/// Makes the tree. `others` is the number of wakers that no statement accounts for, if it is known,
/// and `body` the type of the body.
pub(super) fn tree(said: Vec<Statement>, others: Option<usize>, body: &'static str) -> Waiting {
    let mut loose: Vec<Loose> = Vec::new();
    let mut later = said.into_iter();
    while let Some(statement) = later.next() {
        let parts = take_parts(&mut loose, &statement);
        for mut new in joined(statement, parts) {
            new.is_held_later = later.as_slice().iter().any(|later| holds(later, new.at));
            loose.push(new);
        }
    }
    let mut waiting = several(loose, body);
    if let Some(others) = others {
        count_others(&mut waiting, others);
    }
    waiting
}

fn holds(statement: &Statement, part: Option<Memory>) -> bool {
    statement.parts().zip(part).is_some_and(|(memory, part)| memory.contains(part))
}

/// Takes the parts of a statement out of those that are loose.
fn take_parts(loose: &mut Vec<Loose>, statement: &Statement) -> Vec<Loose> {
    match (&statement.said, statement.parts()) {
        // A closed coroutine.
        (Said::Yield { .. }, None) => loose.pop().into_iter().collect(),
        (_, None) => Vec::new(),
        (_, Some(_)) => {
            let has_own_end = loose.iter().any(|part| is_own_end(statement, part));
            let leads_elsewhere = statement.may_lead_elsewhere() && !has_own_end;
            let is_part = |part: &Loose| holds(statement, part.at) || leads_elsewhere && !part.is_held_later;
            let (parts, rest) = std::mem::take(loose).into_iter().partition(is_part);
            *loose = rest;
            parts
        }
    }
}

/// Whether the part tells how the chain of the statement ends, so that nothing has to be looked for
/// behind a pointer.
fn is_own_end(statement: &Statement, part: &Loose) -> bool {
    let may_be_yield = matches!(statement.said, Said::Timeout { .. });
    (may_be_yield || part.is_bare()) && holds(statement, part.at)
}

/// Joins a statement with its parts.
fn joined(Statement { at, said }: Statement, parts: Vec<Loose>) -> Vec<Loose> {
    let (link, future) = match said {
        Said::WaitsFor(waits_for) => return vec![Loose::new(at, ChainEnd::For(waits_for))],
        Said::Children(children) => return vec![Loose::new(at, ChainEnd::Children(children))],
        // The content takes the place of the box.
        Said::Boxed(_) => return parts.into_iter().map(|part| Loose { at, ..part }).collect(),
        Said::Yield { site, future } => (Link::Yield { site, future }, future),
        Said::Timeout { left, future } => (Link::Timeout { left }, future),
    };
    let at = at.or(parts.first().and_then(|part| part.at));
    let mut joined = match <[Loose; 1]>::try_from(parts) {
        Ok([only]) => Loose { at, ..only },
        Err(parts) => Loose::new(at, several(parts, future).end),
    };
    joined.chain.push(link);
    vec![joined]
}

/// Makes one wait of several. If there is none, a future of that type has said nothing.
fn several(parts: Vec<Loose>, future: &'static str) -> Waiting {
    let mut waits: Vec<Waiting> = parts.into_iter().map(Loose::into_waiting).collect();
    match waits.len() {
        0 => Waiting::only_for(WaitsFor::Foreign { future: Some(future), wakers: None }),
        1 => waits.remove(0),
        _ => Waiting { chain: Vec::new(), end: ChainEnd::Several(waits) },
    }
}

/// Says of the only foreign future how many wakers it keeps. If there is none, but wakers are kept,
/// the body awaits a foreign future without a yield.
fn count_others(waiting: &mut Waiting, others: usize) {
    let mut counts = Vec::new();
    find_foreign(waiting, &mut counts);
    match counts.as_mut_slice() {
        [only] => **only = Some(others),
        [] if others > 0 => {
            let unknown = Waiting::only_for(WaitsFor::Foreign { future: None, wakers: Some(others) });
            let both = Waiting { chain: Vec::new(), end: ChainEnd::Several(Vec::new()) };
            let known = std::mem::replace(waiting, both);
            waiting.end = ChainEnd::Several(vec![known, unknown]);
        }
        _ => {}
    }
}

/// Finds those that were polled with the waker of the body.
fn find_foreign<'a>(waiting: &'a mut Waiting, counts: &mut Vec<&'a mut Option<usize>>) {
    match &mut waiting.end {
        ChainEnd::For(WaitsFor::Foreign { wakers, .. }) => counts.push(wakers),
        ChainEnd::Several(several) => several.iter_mut().for_each(|one| find_foreign(one, counts)),
        ChainEnd::For(_) | ChainEnd::Children(_) => {}
    }
}
