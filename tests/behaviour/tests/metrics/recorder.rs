//! A recorder that keeps all values, by the function of the yield. Each test has functions of its
//! own.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

/// The values of one metric at one yield.
type Values = Arc<Value>;

#[derive(Default)]
struct Value {
    count: Mutex<u64>,
    observed: Mutex<Vec<f64>>,
}

impl CounterFn for Value {
    fn increment(&self, value: u64) {
        *lock(&self.count) += value;
    }

    fn absolute(&self, _: u64) {
        unreachable!("the library only increments");
    }
}

impl HistogramFn for Value {
    fn record(&self, value: f64) {
        lock(&self.observed).push(value);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The counters, and how often each was asked for.
#[derive(Default)]
struct Known {
    known: Mutex<BTreeMap<Key, (Values, usize)>>,
    described: Mutex<Vec<(String, Option<Unit>)>>,
}

static ALL: LazyLock<Known> = LazyLock::new(Known::default);

struct Keeps;

impl Keeps {
    fn get(key: &Key) -> Values {
        let mut known = lock(&ALL.known);
        let (values, asked) = known.entry(key.clone()).or_default();
        *asked += 1;
        Arc::clone(values)
    }

    fn describe(name: &KeyName, unit: Option<Unit>) {
        lock(&ALL.described).push((name.as_str().to_owned(), unit));
    }
}

impl Recorder for Keeps {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        Keeps::describe(&key, unit);
    }

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {
        unreachable!("there is no gauge");
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        Keeps::describe(&key, unit);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Keeps::get(key))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        unreachable!("there is no gauge");
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Keeps::get(key))
    }
}

/// Installs the recorder for the whole process.
pub(crate) fn install() {
    static INSTALLED: LazyLock<()> =
        LazyLock::new(|| metrics::set_global_recorder(Keeps).expect("it is the only one"));
    LazyLock::force(&INSTALLED);
}

/// The counts of the yields of a function.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Counted {
    pub(crate) yields: u64,
    /// In seconds.
    pub(crate) waits: Vec<f64>,
    pub(crate) errors: u64,
}

/// The counts so far of the yields of a function of this file.
pub(crate) fn counted(function: &str) -> Counted {
    let mut counted = Counted::default();
    for (key, (values, _)) in lock(&ALL.known).iter() {
        if label(key, "function") != function {
            continue;
        }
        assert!(label(key, "file").ends_with("metrics/main.rs"), "{key:?}");
        assert!(label(key, "line").parse::<u32>().unwrap() > 0, "{key:?}");
        let (count, observed) = (*lock(&values.count), lock(&values.observed));
        match key.name() {
            gen::metrics::YIELDS => counted.yields += count,
            gen::metrics::YIELD_WAIT => counted.waits.extend(observed.iter()),
            gen::metrics::YIELD_ERRORS => counted.errors += count,
            other => unreachable!("{other}"),
        }
    }
    counted
}

/// How often a counter of the yields of a function was asked for, at most.
pub(crate) fn asked_for(function: &str) -> usize {
    let known = lock(&ALL.known);
    let asked = known.iter().filter(|(key, _)| label(key, "function") == function);
    asked.map(|(_, (_, asked))| *asked).max().unwrap_or(0)
}

/// The names that were described so far.
pub(crate) fn described() -> Vec<(String, Option<Unit>)> {
    lock(&ALL.described).clone()
}

fn label<'a>(key: &'a Key, name: &str) -> &'a str {
    key.labels().find(|label| label.key() == name).map_or("", |label| label.value())
}
