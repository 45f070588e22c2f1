//! [`Watch`]: the progress of the orders, on a terminal or line by line.

use std::collections::BTreeMap;
use std::io::Write;
use std::thread;
use std::time::{Duration, SystemTime};

use gen_durable::{RunInfo, RunState};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::list::{span, state_of};
use crate::store::OrderStore;

/// The time between two looks.
const LOOK: Duration = Duration::from_millis(200);

/// The orders that a terminal shows at once.
const SHOWN: usize = 10;

/// Shows the orders until all have ended.
///
/// # Errors
///
/// [`StoreError`](gen_durable::StoreError), and those of the output.
pub fn watch(store: &OrderStore, is_terminal: bool, out: &mut impl Write) -> gen::Result {
    let mut view: Box<dyn FnMut(&[RunInfo]) -> gen::Result + '_> = if is_terminal {
        let mut bars = Bars::new();
        Box::new(move |runs| {
            bars.show(runs);
            Ok(())
        })
    } else {
        let mut lines = Lines::default();
        Box::new(move |runs| lines.show(runs, out))
    };
    loop {
        let runs = store.runs()?;
        view(&runs)?;
        if !runs.is_empty() && runs.iter().all(is_ended) {
            return Ok(());
        }
        thread::sleep(LOOK);
    }
}

fn is_ended(run: &RunInfo) -> bool {
    matches!(run.state, RunState::Ended(_))
}

/// What an order does, in a few words.
fn doing(run: &RunInfo) -> String {
    let (state, why) = state_of(run);
    if let Some(why) = why {
        return format!("{state}: {why}");
    }
    let mut text = match run.waits_for.split_first() {
        None => state.to_owned(),
        Some((first, [])) => first.what.clone(),
        Some((first, rest)) => {
            // The deadline comes first, and says less than the thing that it limits.
            let named = rest.iter().find(|_| first.what == "a timeout").unwrap_or(first);
            format!(
                "{}{}",
                named.what,
                more(run.waits.saturating_sub(1 + usize::from(first.what == "a timeout")))
            )
        }
    };
    if let Some(until) = run.waits_for.iter().filter_map(|wait| wait.until).min() {
        let left = until.duration_since(SystemTime::now()).unwrap_or_default();
        if left > Duration::from_secs(1) {
            text += &format!(", for {} at most", span(left));
        }
    }
    if run.state == RunState::Free {
        text += ", and no process runs it";
    }
    text
}

fn more(count: usize) -> String {
    match count {
        0 => String::new(),
        count => format!(", and {count} more"),
    }
}

/// A line for each order, and a bar for all.
struct Bars {
    all: MultiProgress,
    total: ProgressBar,
    shown: BTreeMap<String, ProgressBar>,
    /// The orders whose end was said, or that had ended before. `None` before the first look.
    ended: Option<Vec<String>>,
}

impl Bars {
    fn new() -> Self {
        let all = MultiProgress::new();
        let total =
            all.add(ProgressBar::new(0).with_style(style("{bar:30.cyan} {pos} of {len} orders have ended")));
        Bars { all, total, shown: BTreeMap::new(), ended: None }
    }

    fn show(&mut self, runs: &[RunInfo]) {
        for run in runs {
            if is_ended(run) {
                self.show_end(run);
            } else if self.shown.len() < SHOWN || self.shown.contains_key(&run.key) {
                let Bars { all, total, shown, .. } = self;
                let line = shown.entry(run.key.clone()).or_insert_with(|| {
                    let line = ProgressBar::new_spinner().with_style(style("order {prefix}: {wide_msg}"));
                    all.insert_before(total, line).with_prefix(run.key.clone())
                });
                line.set_message(doing(run));
            }
        }
        let ended: Vec<String> = runs.iter().filter(|run| is_ended(run)).map(|run| run.key.clone()).collect();
        self.total.set_length(runs.len() as u64);
        self.total.set_position(ended.len() as u64);
        self.ended = Some(ended);
        if self.shown.is_empty() && runs.iter().all(is_ended) {
            self.total.finish();
        }
    }

    fn show_end(&mut self, run: &RunInfo) {
        if let Some(line) = self.shown.remove(&run.key) {
            line.finish_and_clear();
            self.all.remove(&line);
        }
        if self.ended.as_ref().is_some_and(|ended| !ended.contains(&run.key)) {
            // If the terminal is gone, there is no one to see it.
            let _ = self.all.println(format!("order {}: {}", run.key, doing(run)));
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    // The template is a constant. If it were wrong, a plain bar would suffice.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// A line for each change.
#[derive(Default)]
struct Lines {
    said: BTreeMap<String, String>,
}

impl Lines {
    fn show(&mut self, runs: &[RunInfo], out: &mut impl Write) -> gen::Result {
        for run in runs {
            // The steps come and go too fast for lines; an order that has ended never changes.
            let (state, _) = state_of(run);
            let signal = run.waits_for.iter().find(|wait| wait.what.starts_with("the signal"));
            let text = match signal {
                Some(_) => doing(run),
                None if is_ended(run) => doing(run),
                None => state.to_owned(),
            };
            let key = text.split(", for ").next().unwrap_or_default().to_owned();
            if self.said.insert(run.key.clone(), key.clone()).as_ref() != Some(&key) {
                writeln!(out, "order {}: {text}", run.key)?;
            }
        }
        Ok(())
    }
}
