//! The waits of an order as a tree: the replay of a copy of its journal.
//!
//! The store has a flat list of waits. The tree needs the coroutine: it runs over a copy of its
//! journal up to its last entry, and a dump then asks where it waits. `Look` stops it there, so
//! no step runs and nothing is written, and another process may run the order meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::task::{Context, Poll};

use gen::dump::{ChainEnd, Child, Link, Waiting};
use gen::yield_;
use gen_durable::{Awaited, Command, Driver, Event, Journal, MemoryJournal, Outcome, Place, Records, Ticket};

use crate::order::{order, Order};
use crate::shop::Shop;

/// A part of the tree: a coroutine that waits, with its callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The coroutines, from the outermost to the innermost one.
    pub coroutines: Vec<&'static str>,
    /// The yields, from the outermost to the innermost one, as `src/order.rs:12:5`.
    pub yields: Vec<String>,
    /// The event that it waits for. `None` if it waits for children.
    pub waits_for: Option<String>,
    /// The children, such as "2 of 3 left in a list".
    pub of: Option<String>,
    /// Those that have not ended.
    pub children: Vec<Node>,
}

/// Where an order with these records waits. `None` if it has ended.
///
/// # Errors
///
/// Those of the replay: a coroutine that departs from the journal, for example.
pub fn look(shop: &Shop, args: Order, records: Records) -> gen::Result<Option<Node>> {
    let is_over = Arc::new(AtomicBool::new(false));
    let journal = Look { inner: MemoryJournal::new(&records), records, is_over: Arc::clone(&is_over) };
    let driver = Driver::new(order(shop.clone(), args), journal);
    gen::IoLoop::new().run_sync(asked(driver, is_over))
}

#[gen::coroutine]
fn asked(
    driver: Driver<impl gen::Coroutine<Output = gen::Result<String>> + 'static>,
    is_over: Arc<AtomicBool>,
) -> gen::Result<Option<Node>> {
    let replay = gen::spawn_local(async { driver.await.map(drop) });
    while !is_over.load(Ordering::Relaxed) && !replay.is_done() {
        yield_!(gen::moment())?;
    }
    if replay.is_done() {
        yield_!(replay)?;
        return Ok(None);
    }
    let dump = yield_!(gen::dump())?;
    let waiting = dump.tasks().iter().find(|task| !task.is_root()).and_then(|task| task.waiting());
    Ok(waiting.and_then(body).map(node))
}

/// The wait of the body, within that of its driver.
fn body(waiting: &Waiting) -> Option<&Waiting> {
    match &waiting.end {
        ChainEnd::Children(driver) => driver.unfinished.first().map(|body| &body.waiting),
        _ => None,
    }
}

fn node(waiting: &Waiting) -> Node {
    let sites = waiting.chain.iter().filter_map(|link| match link {
        Link::Yield { site, .. } => Some(*site),
        _ => None,
    });
    let (coroutines, yields) = sites
        .map(|site| (site.function(), format!("{}:{}:{}", site.file(), site.line(), site.column())))
        .unzip();
    let mut node = Node { coroutines, yields, waits_for: None, of: None, children: Vec::new() };
    match &waiting.end {
        ChainEnd::For(event) => node.waits_for = Some(without_place(&event.to_string())),
        ChainEnd::Children(children) => {
            let (left, of) = (children.unfinished.len(), children.of);
            node.of = Some(match children.total {
                Some(total) => format!("{left} of {total} left in {of}"),
                None => format!("{left} left in {of}"),
            });
            node.children =
                children.unfinished.iter().map(|Child { waiting, .. }| self::node(waiting)).collect();
        }
        ChainEnd::Several(several) => node.children = several.iter().map(self::node).collect(),
        _ => {}
    }
    node
}

/// An event without its position, which is that of the innermost yield.
fn without_place(event: &str) -> String {
    let is_place = |text: &str| text.matches(':').count() >= 2 && !text.contains('`');
    let event =
        event.rsplit_once(" at ").filter(|(_, place)| is_place(place)).map_or(event, |(event, _)| event);
    event.to_owned()
}

/// A journal that ends where its records do.
struct Look {
    inner: MemoryJournal,
    records: Records,
    /// The records have no further event.
    is_over: Arc<AtomicBool>,
}

impl Journal for Look {
    fn issue(&mut self, command: &Command) -> gen::Result<Ticket> {
        self.inner.issue(command)
    }

    fn version(&mut self, label: &str, newest: u32, at: &Place) -> gen::Result<u32> {
        self.inner.version(label, newest, at)
    }

    fn propose(&mut self, step: Ticket, outcome: Outcome) -> gen::Result {
        self.inner.propose(step, outcome)
    }

    fn cancel(&mut self, reason: &str) -> gen::Result {
        self.inner.cancel(reason)
    }

    /// An event that is not in the records would be new: a step that begins, a deadline.
    fn poll_event(&mut self, cx: &mut Context<'_>, awaited: &Awaited) -> Poll<gen::Result<Event>> {
        if self.is_over.load(Ordering::Relaxed) {
            return Poll::Pending;
        }
        let known = self.records.len();
        let polled = self.inner.poll_event(cx, awaited);
        match polled {
            Poll::Ready(Ok(Event::Run(_))) | Poll::Pending => {}
            Poll::Ready(_) if self.records.len() == known => return polled,
            Poll::Ready(_) => {}
        }
        self.is_over.store(true, Ordering::Relaxed);
        Poll::Pending
    }

    fn finish(&mut self, outcome: &Outcome) -> gen::Result {
        self.inner.finish(outcome)
    }

    fn poll_finished(&mut self, cx: &mut Context<'_>) -> Poll<gen::Result> {
        self.inner.poll_finished(cx)
    }
}
