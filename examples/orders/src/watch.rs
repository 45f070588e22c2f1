//! `Watch`: the progress of the orders, on a terminal or line by line.

use std::collections::BTreeMap;
use std::io::Write;
use std::thread;
use std::time::{Duration, SystemTime};

use gen_durable::{RunInfo, RunState};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::list::{span, state_of};
use crate::order::{Progress, STAGES};
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
    let (mut bars, mut lines) = (is_terminal.then(Bars::new), Lines::default());
    loop {
        let runs: Vec<Seen> = store.runs()?.into_iter().map(|run| Seen::of(store, run)).collect();
        match &mut bars {
            Some(bars) => bars.show(&runs),
            None => lines.show(&runs, out)?,
        }
        if !runs.is_empty() && runs.iter().all(is_ended) {
            return Ok(());
        }
        thread::sleep(LOOK);
    }
}

/// An order at one moment.
struct Seen {
    run: RunInfo,
    progress: Option<Progress>,
}

impl Seen {
    fn of(store: &OrderStore, run: RunInfo) -> Self {
        // It may have been removed meanwhile.
        let progress = store.progress(&run.key).ok().flatten();
        Seen { run, progress }
    }
}

fn is_ended(seen: &Seen) -> bool {
    matches!(seen.run.state, RunState::Ended(_))
}

/// The state of an order in a few words, and the time that is left for it.
fn doing(Seen { run, progress }: &Seen) -> (String, String) {
    let (state, why) = state_of(run);
    if let Some(why) = why {
        return (format!("{state}: {why}"), String::new());
    }
    // A deadline says less than the thing that it limits.
    let (deadlines, others): (Vec<_>, Vec<_>) =
        run.waits_for.iter().partition(|wait| wait.what == "a timeout");
    let mut text = match others.first() {
        None => state.to_owned(),
        Some(first) => {
            format!("waits for {}{}", first.what, more(run.waits.saturating_sub(deadlines.len() + 1)))
        }
    };
    if let Some(progress) = progress {
        text = format!("{}, {text}", progress.stage);
    }
    if run.state == RunState::Free {
        text += ", and no process runs it";
    }
    let until = run.waits_for.iter().filter_map(|wait| wait.until).min();
    let left = until.map(|until| until.duration_since(SystemTime::now()).unwrap_or_default());
    let left = left.filter(|left| *left >= Duration::from_secs(1));
    (text, left.map(|left| format!(", {} left", span(left))).unwrap_or_default())
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
        let total = all.add(ProgressBar::new(0).with_style(style("{bar:16.cyan} {pos} of {len} have ended")));
        Bars { all, total, shown: BTreeMap::new(), ended: None }
    }

    fn show(&mut self, runs: &[Seen]) {
        for run in runs {
            if is_ended(run) {
                self.show_end(run);
            } else if self.shown.len() < SHOWN || self.shown.contains_key(&run.run.key) {
                let Bars { all, total, shown, .. } = self;
                let line = shown.entry(run.run.key.clone()).or_insert_with(|| {
                    let line = ProgressBar::new(STAGES.into())
                        .with_style(style("{bar:8.cyan} order {prefix}: {wide_msg}"));
                    all.insert_before(total, line).with_prefix(run.run.key.clone())
                });
                let (text, left) = doing(run);
                line.set_message(text + &left);
                line.set_position(run.progress.as_ref().map_or(0, |progress| progress.done.into()));
            }
        }
        let ended: Vec<String> =
            runs.iter().filter(|run| is_ended(run)).map(|run| run.run.key.clone()).collect();
        self.total.set_length(runs.len() as u64);
        self.total.set_position(ended.len() as u64);
        self.ended = Some(ended);
        if self.shown.is_empty() && runs.iter().all(is_ended) {
            self.total.finish();
        }
    }

    fn show_end(&mut self, run: &Seen) {
        if let Some(line) = self.shown.remove(&run.run.key) {
            line.finish_and_clear();
            self.all.remove(&line);
        }
        if self.ended.as_ref().is_some_and(|ended| !ended.contains(&run.run.key)) {
            // If the terminal is gone, there is no one to see it.
            let _ = self.all.println(format!("order {}: {}", run.run.key, doing(run).0));
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
    fn show(&mut self, runs: &[Seen], out: &mut impl Write) -> gen::Result {
        for run in runs {
            // Steps come and go too fast for lines.
            let waits_for_step = run.run.waits_for.iter().any(|wait| wait.what.starts_with("the step"));
            if waits_for_step && self.said.contains_key(&run.run.key) {
                continue;
            }
            let (text, left) = doing(run);
            if self.said.get(&run.run.key) != Some(&text) {
                writeln!(out, "order {}: {text}{left}", run.run.key)?;
                self.said.insert(run.run.key.clone(), text);
            }
        }
        Ok(())
    }
}
