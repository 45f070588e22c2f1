//! [`Runner`]: runs the entries of a case.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use fastrand::Rng;

use super::{Entry, Measured, Meter};

/// An entry whose repetition is expected to take longer than this is left out. It is for peers
/// whose time grows with the square of the size.
const LONGEST: Duration = Duration::from_secs(3);

pub enum Mode {
    /// Measures the cases whose name contains the text, and prints their figures as lines of JSON.
    Measure { repetitions: usize, filter: String },
    /// Runs one entry once, and ends the process. callgrind counts this.
    Once { case: String, size: u64, entry: String },
}

pub struct Runner {
    item: &'static str,
    mode: Mode,
    rng: Rng,
    /// The figures of smaller sizes, by case and entry.
    known: HashMap<(String, String), Vec<f64>>,
}

/// An entry with the times that were measured.
struct Timed {
    entry: Entry,
    repetitions: usize,
    nanoseconds: Vec<f64>,
    notes: BTreeMap<String, f64>,
}

impl Runner {
    pub fn new(item: &'static str, mode: Mode) -> Self {
        Runner { item, mode, rng: Rng::with_seed(0x9e37_79b9), known: HashMap::new() }
    }

    /// Runs a case of which one repetition makes `operations` operations, unless its programs count
    /// their own.
    pub fn case(&mut self, case: &str, size: u64, operations: u64, entries: Vec<Entry>) {
        match &self.mode {
            Mode::Once { case: wanted, size: of_size, entry } => {
                if case == wanted && size == *of_size {
                    run_once(entries, entry, operations);
                }
            }
            Mode::Measure { repetitions, filter } => {
                let repetitions = *repetitions;
                if case.contains(filter.as_str()) {
                    self.measure(case, size, operations, entries, repetitions);
                }
            }
        }
    }

    fn measure(&mut self, case: &str, size: u64, operations: u64, entries: Vec<Entry>, repetitions: usize) {
        eprintln!("{case}, {size}");
        let mut live: Vec<Timed> = entries
            .into_iter()
            .filter(|entry| self.is_short(case, &entry.name, operations))
            .map(|entry| warm_up(entry, repetitions))
            .collect();
        for round in 0..repetitions {
            let mut order: Vec<usize> = (0..live.len()).collect();
            self.rng.shuffle(&mut order);
            for index in order {
                live[index].repeat(round, operations);
            }
        }
        for timed in live {
            let name = timed.entry.name.clone();
            let measured = timed.finish(self.item, case, size, operations);
            self.known.entry((case.to_owned(), name)).or_default().push(measured.least);
            let line = serde_json::to_string(&measured).expect("figures are plain data");
            println!("{line}");
        }
    }

    /// Whether a repetition of an entry will be short, as far as its smaller sizes tell.
    fn is_short(&self, case: &str, entry: &str, operations: u64) -> bool {
        let Some(known) = self.known.get(&(case.to_owned(), entry.to_owned())) else { return true };
        let [.., last] = known.as_slice() else { return true };
        let growth = match known.as_slice() {
            [.., before, last] => (last / before).max(1.0),
            _ => 1.0,
        };
        last * growth * (operations as f64) < LONGEST.as_secs_f64() * 1e9
    }
}

fn run_once(entries: Vec<Entry>, name: &str, operations: u64) -> ! {
    let found = entries.into_iter().find(|entry| entry.name == name);
    let mut entry = found.unwrap_or_else(|| panic!("no entry `{name}` in this case"));
    (entry.run)(&mut Meter::default());
    println!("{operations}");
    // The cases that follow would only be prepared.
    std::process::exit(0);
}

fn warm_up(mut entry: Entry, repetitions: usize) -> Timed {
    let mut meter = Meter::default();
    (entry.run)(&mut meter);
    let repetitions = match meter.elapsed().as_millis() {
        0..600 => repetitions,
        600..1_500 => repetitions.min(9),
        _ => repetitions.min(3),
    };
    Timed { entry, repetitions, nanoseconds: Vec::new(), notes: BTreeMap::new() }
}

impl Timed {
    fn repeat(&mut self, round: usize, operations: u64) {
        if round >= self.repetitions {
            return;
        }
        let mut meter = Meter::default();
        (self.entry.run)(&mut meter);
        let operations = meter.operations.unwrap_or(operations);
        self.nanoseconds.push(meter.nanoseconds() / operations as f64);
        for (note, value) in meter.notes {
            *self.notes.entry(note.to_owned()).or_default() += value / self.repetitions as f64;
        }
    }

    fn finish(mut self, item: &str, case: &str, size: u64, operations: u64) -> Measured {
        let mut meter = Meter::of_allocations();
        (self.entry.run)(&mut meter);
        let operations = meter.operations.unwrap_or(operations) as f64;
        self.nanoseconds.sort_by(f64::total_cmp);
        Measured {
            item: item.to_owned(),
            case: case.to_owned(),
            size,
            side: self.entry.side,
            name: self.entry.name,
            least: self.nanoseconds[0],
            median: self.nanoseconds[self.nanoseconds.len() / 2],
            repetitions: self.nanoseconds.len(),
            allocations: meter.counts.allocations as f64 / operations,
            bytes: meter.counts.bytes as f64 / operations,
            peak: meter.counts.peak.max(0) as f64 / operations,
            notes: self.notes,
            instructions: None,
        }
    }
}
