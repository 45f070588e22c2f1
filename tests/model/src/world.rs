//! The state that the bodies of a running program share.

use std::cell::{Cell, RefCell};
use std::error::Error as StdError;
use std::fmt;
use std::rc::Rc;

use crate::observe::{self, note, outcome};
use crate::program::{Deed, Program, LOCKS, PERMITS, QUEUES};
use crate::trace::What;
use crate::MOST_CALLS;

/// The handles, promises and counters of a running program.
pub(crate) struct World {
    pub(crate) program: Program,
    handles: RefCell<Vec<Option<Handle>>>,
    promises: RefCell<Vec<Option<gen::Promise<Value>>>>,
    futures: RefCell<Vec<Option<gen::SharedFuture<Value>>>>,
    pub(crate) locks: [gen::sync::Lock<()>; LOCKS],
    pub(crate) semaphore: gen::sync::Semaphore,
    pub(crate) queues: [gen::queue::Queue<Value>; QUEUES.len()],
    calls: Cell<usize>,
    faults: Cell<u32>,
    requests: Cell<u32>,
    items: Cell<u32>,
    live: Rc<Cell<i64>>,
}

/// A handle that several bodies may wait for, and cancel meanwhile.
pub(crate) type Handle = Rc<RefCell<gen::JoinHandle<Value>>>;

impl World {
    pub(crate) fn new(program: &Program) -> Rc<Self> {
        observe::begin();
        let (promises, futures) =
            (0..program.promises).map(|_| gen::promise()).map(|(p, f)| (Some(p), Some(f))).unzip();
        Rc::new(World {
            program: program.clone(),
            handles: RefCell::new((0..program.places).map(|_| None).collect()),
            promises: RefCell::new(promises),
            futures: RefCell::new(futures),
            locks: Default::default(),
            semaphore: gen::sync::Semaphore::new(PERMITS as usize),
            queues: QUEUES.map(gen::queue::Queue::bounded),
            calls: Cell::new(0),
            faults: Cell::new(0),
            requests: Cell::new(0),
            items: Cell::new(0),
            live: Rc::default(),
        })
    }

    /// Drops the tables.
    pub(crate) fn clear(&self) {
        // Moved out first, because the values may log when they are dropped, and so come back here.
        let handles = self.handles.take();
        drop(handles);
        let promises = self.promises.take();
        drop(promises);
        let futures = self.futures.take();
        drop(futures);
        for queue in &self.queues {
            while queue.try_get().is_ok() {}
        }
    }

    pub(crate) fn live(&self) -> i64 {
        self.live.get()
    }

    pub(crate) fn value(&self, number: u32) -> Value {
        Value::new(number, &self.live)
    }

    /// Begins a call of a body. Returns `None` if there were too many calls.
    pub(crate) fn begin(&self, body: Option<usize>) -> Option<Call> {
        let number = self.calls.get();
        if number >= MOST_CALLS {
            return None;
        }
        self.calls.set(number + 1);
        note(What::Started(number, body));
        Some(Call(number))
    }

    pub(crate) fn fault(&self) -> u32 {
        next(&self.faults)
    }

    /// The next item of a queue.
    pub(crate) fn item(&self) -> Value {
        self.value(item_value(next(&self.items)))
    }

    // ---- handles
    // ----------------------------------------------------------------------------------

    /// Puts a handle into a place, or empties it.
    pub(crate) fn put(&self, place: usize, handle: Option<Handle>) {
        let before = std::mem::replace(&mut self.handles.borrow_mut()[place], handle);
        drop(before);
    }

    pub(crate) fn handle(&self, place: usize) -> Option<Handle> {
        self.handles.borrow()[place].clone()
    }

    pub(crate) fn take_handle(&self, place: usize) -> Option<Handle> {
        self.handles.borrow_mut()[place].take()
    }

    pub(crate) fn cancel(&self, place: usize) -> Option<gen::CancelCompletion> {
        let handle = self.handle(place)?;
        let cancelling = handle.borrow().cancel(self.reason());
        Some(cancelling)
    }

    /// The reason of the next request.
    pub(crate) fn reason(&self) -> String {
        format!("request {}", next(&self.requests))
    }

    pub(crate) fn throw(&self, place: usize) {
        if let Some(handle) = self.handle(place) {
            handle.borrow().throw(Fault(self.fault()));
        }
    }

    // ---- promises
    // ---------------------------------------------------------------------------------

    pub(crate) fn future(&self, promise: usize) -> Option<gen::SharedFuture<Value>> {
        self.futures.borrow()[promise].clone()
    }

    pub(crate) fn do_with_promise(&self, promise: usize, deed: Deed) {
        match deed {
            Deed::Break => drop(self.promises.borrow_mut()[promise].take()),
            Deed::Forget => drop(self.futures.borrow_mut()[promise].take()),
            Deed::Set | Deed::Fail => {
                let promises = self.promises.borrow();
                let Some(setter) = &promises[promise] else { return };
                let accepted = match deed {
                    Deed::Set => setter.set(self.value(promise_value(promise))),
                    _ => setter.fail(Fault(self.fault())),
                };
                note(What::Set(promise, accepted.is_ok()));
            }
        }
    }
}

/// The value that a promise is set to.
pub(crate) fn promise_value(promise: usize) -> u32 {
    u32::try_from(promise).map_or(0, |promise| 100 + promise)
}

/// The value of the item with that number, among the items of all queues.
pub(crate) fn item_value(number: u32) -> u32 {
    200 + number
}

fn next(counter: &Cell<u32>) -> u32 {
    counter.replace(counter.get() + 1)
}

/// A call of a body. Its drop is recorded.
pub(crate) struct Call(pub(crate) usize);

impl Call {
    pub(crate) fn ends(&self, result: gen::Result<Value>) -> gen::Result<Value> {
        note(What::Ended(self.0, outcome(&result)));
        result
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        note(What::Dropped(self.0));
    }
}

/// A result. The number of living results is counted.
pub(crate) struct Value {
    pub(crate) number: u32,
    live: Rc<Cell<i64>>,
}

impl Value {
    pub(crate) fn with_number(mut self, number: u32) -> Self {
        self.number = number;
        self
    }

    fn new(number: u32, live: &Rc<Cell<i64>>) -> Self {
        live.set(live.get() + 1);
        Value { number, live: Rc::clone(live) }
    }
}

impl Clone for Value {
    fn clone(&self) -> Self {
        Value::new(self.number, &self.live)
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.live.set(self.live.get() - 1);
    }
}

/// An error that the program itself throws.
#[derive(Debug)]
pub(crate) struct Fault(pub(crate) u32);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fault {}", self.0)
    }
}

impl StdError for Fault {}
