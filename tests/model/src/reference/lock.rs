//! Locks and semaphores. A lock is a semaphore of one permit.
//!
//! They are served first come, first served. A request is in line from its first poll on, and is
//! not overtaken by a smaller one. The permits of a request that is served are its own at once.

use std::collections::{BTreeSet, VecDeque};

use super::node::Node;
use super::{Model, Polled, Who};
use crate::program::Wait;

pub(super) struct Semaphore {
    free: u32,
    line: VecDeque<InLine>,
    /// The requests that were served, and were not polled since.
    served: BTreeSet<u64>,
    /// The number of requests that were ever in line.
    requests: u64,
}

struct InLine {
    request: u64,
    permits: u32,
    who: Who,
}

/// Waits for permits, and then for something else, while it has them.
pub(super) struct Held<'p> {
    semaphore: usize,
    permits: u32,
    stage: Stage<'p>,
    wait: &'p Wait,
}

enum Stage<'p> {
    New,
    InLine(u64),
    Holds(Node<'p>),
    Over,
}

impl Semaphore {
    pub(super) fn new(free: u32) -> Self {
        Semaphore { free, line: VecDeque::new(), served: BTreeSet::new(), requests: 0 }
    }

    fn is_free(&self, permits: u32) -> bool {
        self.line.is_empty() && permits <= self.free
    }
}

impl<'p> Held<'p> {
    pub(super) fn new(semaphore: usize, permits: u32, wait: &'p Wait) -> Self {
        Held { semaphore, permits, stage: Stage::New, wait }
    }
}

impl<'p> Model<'p> {
    pub(super) fn poll_held(&mut self, held: &mut Held<'p>, who: Who) -> Polled {
        if !self.has_permits(held, who) {
            return Polled::Pending;
        }
        let Stage::Holds(node) = &mut held.stage else { return Polled::Pending };
        let polled = self.poll(node, who);
        if !matches!(polled, Polled::Pending) {
            self.end_held(held);
        }
        polled
    }

    /// Whether the request has its permits now. The future that is waited for with the permits is
    /// created at this moment.
    fn has_permits(&mut self, held: &mut Held<'p>, who: Who) -> bool {
        let Held { permits, stage, wait, .. } = held;
        let semaphore = &mut self.semaphores[held.semaphore];
        match stage {
            Stage::Holds(_) => return true,
            Stage::Over => return false,
            Stage::New if semaphore.is_free(*permits) => semaphore.free -= *permits,
            Stage::New => {
                let request = semaphore.requests;
                semaphore.requests += 1;
                semaphore.line.push_back(InLine { request, permits: *permits, who });
                *stage = Stage::InLine(request);
                return false;
            }
            Stage::InLine(request) if semaphore.served.remove(request) => {}
            Stage::InLine(request) => {
                let place = semaphore.line.iter_mut().find(|place| place.request == *request);
                place.into_iter().for_each(|place| place.who = who);
                return false;
            }
        }
        *stage = Stage::Holds(self.start(wait));
        true
    }

    pub(super) fn drop_held(&mut self, mut held: Held<'p>) {
        self.end_held(&mut held);
    }

    /// Gives the permits back, after the future that it has waited for is dropped. Or it leaves the
    /// line, and if it was served already, the next ones are served instead.
    fn end_held(&mut self, held: &mut Held<'p>) {
        let has_permits = match std::mem::replace(&mut held.stage, Stage::Over) {
            Stage::New | Stage::Over => return,
            Stage::InLine(request) => {
                let semaphore = &mut self.semaphores[held.semaphore];
                semaphore.line.retain(|place| place.request != request);
                semaphore.served.remove(&request)
            }
            Stage::Holds(node) => {
                self.drop_node(node);
                true
            }
        };
        if has_permits {
            self.semaphores[held.semaphore].free += held.permits;
        }
        self.serve(held.semaphore);
    }

    fn serve(&mut self, semaphore: usize) {
        let mut served = Vec::new();
        let Semaphore { free, line, served: all, .. } = &mut self.semaphores[semaphore];
        while line.front().is_some_and(|first| first.permits <= *free) {
            let Some(first) = line.pop_front() else { break };
            *free -= first.permits;
            all.insert(first.request);
            served.push(first.who);
        }
        served.into_iter().for_each(|who| self.tell(who));
    }
}
