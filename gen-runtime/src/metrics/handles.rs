//! The counters of a yield, which a thread looks up once.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hasher};
use std::mem;
use std::ptr;
use std::rc::Rc;
use std::sync::LazyLock;
use std::time::Duration;

use ::metrics::{
    counter, describe_counter, describe_histogram, histogram, with_recorder, Counter, Histogram, Label, Unit,
};

use crate::error::Site;
use crate::report::contain;
use crate::shims::{lock, Mutex};

/// The name of the counter of waits.
pub const YIELDS: &str = "gen_yields_total";

/// The name of the histogram of the durations of waits, in seconds.
pub const YIELD_WAIT: &str = "gen_yield_wait_seconds";

/// The name of the counter of errors.
pub const YIELD_ERRORS: &str = "gen_yield_errors_total";

/// Counts a wait that begins at `site`.
pub(super) fn count_wait(site: &Site) {
    with_handles(site, |handles| handles.yields.increment(1));
}

/// Counts an error that the yield at `site` has given.
pub(super) fn count_error(site: &Site) {
    with_handles(site, |handles| handles.errors.increment(1));
}

/// Observes the duration of a wait at `site` that is over.
pub(super) fn observe_wait(site: &Site, waited: Duration) {
    with_handles(site, |handles| handles.wait.record(waited));
}

/// The counters of one yield.
struct Handles {
    yields: Counter,
    wait: Histogram,
    errors: Counter,
}

impl Handles {
    fn of(site: &Site) -> Self {
        let labels = vec![
            Label::from_static_parts("file", site.file()),
            Label::new("line", site.line().to_string()),
            Label::from_static_parts("function", site.function()),
        ];
        Handles {
            yields: counter!(YIELDS, labels.clone()),
            wait: histogram!(YIELD_WAIT, labels.clone()),
            errors: counter!(YIELD_ERRORS, labels),
        }
    }
}

/// A hash of the address and of the vtable of a recorder. Recorders without a size may share an
/// address.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct RecorderId(u64);

impl RecorderId {
    fn current() -> Self {
        with_recorder(|recorder| {
            let mut hasher = DefaultHasher::new();
            ptr::hash(recorder, &mut hasher);
            RecorderId(hasher.finish())
        })
    }
}

/// The handles that a thread has looked up.
#[derive(Default)]
struct Known {
    /// All handles are of this recorder.
    recorder: RecorderId,
    sites: HashMap<Site, Rc<Handles>>,
}

thread_local! {
    /// Only borrowed for moments in which no code of a recorder runs.
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// Calls `count` with the handles of a yield.
fn with_handles(site: &Site, count: impl FnOnce(&Handles)) {
    contain("a recorder of metrics", || count(&handles(site)));
}

fn handles(site: &Site) -> Rc<Handles> {
    let recorder = RecorderId::current();
    if let Some(known) = with_known(|known| known.get(recorder, site)).flatten() {
        return known;
    }
    describe(recorder);
    let handles = Rc::new(Handles::of(site));
    // Handles of another recorder are dropped here, outside of the borrow.
    let _others = with_known(|known| known.add(recorder, site, &handles));
    handles
}

impl Known {
    fn get(&self, recorder: RecorderId, site: &Site) -> Option<Rc<Handles>> {
        self.sites.get(site).filter(|_| self.recorder == recorder).cloned()
    }

    /// Adds handles. Returns those of another recorder.
    fn add(&mut self, recorder: RecorderId, site: &Site, handles: &Rc<Handles>) -> Known {
        let others = match self.recorder == recorder {
            true => Known::default(),
            false => mem::replace(self, Known { recorder, sites: HashMap::new() }),
        };
        self.sites.insert(*site, Rc::clone(handles));
        others
    }
}

/// `None` at the end of a thread, which keeps no handles any more.
fn with_known<R>(access: impl FnOnce(&mut Known) -> R) -> Option<R> {
    KNOWN.try_with(|known| known.try_borrow_mut().ok().map(|mut known| access(&mut known))).ok().flatten()
}

/// Describes the metrics, once to each recorder.
fn describe(recorder: RecorderId) {
    static DESCRIBED: LazyLock<Mutex<BTreeSet<RecorderId>>> = LazyLock::new(Mutex::default);
    if !lock(&DESCRIBED).insert(recorder) {
        return;
    }
    describe_counter!(YIELDS, "The waits that have begun at a yield of a measured task.");
    describe_histogram!(
        YIELD_WAIT,
        Unit::Seconds,
        "The durations of the waits at a yield of a measured task."
    );
    describe_counter!(YIELD_ERRORS, "The errors that a yield of a measured task has given.");
}
