//! The names under which the entries of a run are in the journal of the server, where its pages
//! show them.
//!
//! | entry | name |
//! |---|---|
//! | a step | its label |
//! | a reading of the clock, a random number, a UUID | `gen: now`, `gen: random`, `gen: uuid` |
//! | the version 2 of the label `checks` | `gen: version 2 of checks` |
//! | a step whose label begins with `gen: ` | `gen: step `, and its label |
//! | the sleep, the timeout | `sleep`, `timeout` |
//! | the promise of the first signal `paid`, of the second, and so on | `paid`, `paid#2` |
//!
//! A `#` in the name of a signal is doubled, so that no two signals have one promise.

use gen_durable::What;

/// The names of the entries that are no steps begin with it.
const OWN: &str = "gen: ";

pub(crate) const SLEEP: &str = "sleep";
pub(crate) const TIMEOUT: &str = "timeout";

/// The name of a step, a random number, a UUID or a reading of the clock.
pub(crate) fn closure(what: &What) -> String {
    match what {
        What::Step(label) if label.starts_with(OWN) => format!("{OWN}step {label}"),
        What::Step(label) => label.clone(),
        What::Random => format!("{OWN}random"),
        What::Uuid => format!("{OWN}uuid"),
        _ => format!("{OWN}now"),
    }
}

/// The name of a version.
pub(crate) fn version(label: &str, number: u32) -> String {
    format!("{OWN}version {number} of {label}")
}

/// An entry that the server keeps as the outcome of a closure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Run {
    /// A step, a random number, a UUID or a reading of the clock.
    Command(What),
    /// The version that the run has of the change with this label.
    Version(String, u32),
}

impl Run {
    /// The entry of that name. A name that no entry has is that of a step.
    pub(crate) fn of_name(name: String) -> Self {
        match name.strip_prefix(OWN).and_then(own) {
            Some(run) => run,
            None => Run::Command(What::Step(name)),
        }
    }
}

fn own(rest: &str) -> Option<Run> {
    Some(match rest {
        "random" => Run::Command(What::Random),
        "uuid" => Run::Command(What::Uuid),
        "now" => Run::Command(What::Now),
        _ => match rest.strip_prefix("step ") {
            Some(label) => Run::Command(What::Step(label.into())),
            None => {
                let (version, label) = rest.strip_prefix("version ")?.split_once(" of ")?;
                Run::Version(label.into(), version.parse().ok()?)
            }
        },
    })
}

/// The promise of a signal. The first one has the number 1.
pub(crate) fn promise(signal: &str, number: u64) -> String {
    let name = signal.replace('#', "##");
    match number {
        1 => name,
        _ => format!("{name}#{number}"),
    }
}

/// The signal that has this promise.
pub(crate) fn signal_of_promise(promise: &str) -> String {
    let mut name = String::new();
    let mut rest = promise;
    while let Some((before, after)) = rest.split_once('#') {
        name.push_str(before);
        match after.strip_prefix('#') {
            Some(after) => rest = after,
            // The number of the promise follows.
            None => return name,
        }
        name.push('#');
    }
    name + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_takes_no_step_for_something_else() {
        let steps = ["pay", "", "gen: now", "gen: step x", "gen: version 2 of x", "gen: ", "gen: other"];
        let steps = steps.map(|label| What::Step(label.into()));
        for what in steps.into_iter().chain([What::Now, What::Random, What::Uuid]) {
            assert_eq!(Run::of_name(closure(&what)), Run::Command(what));
        }
        assert_eq!(Run::of_name(version("a of b", 7)), Run::Version("a of b".into(), 7));
    }

    #[test]
    fn no_two_signals_share_a_promise() {
        let names = ["paid", "paid#2", "paid#", "#", "", "paid##2"];
        let mut promises = Vec::new();
        for name in names {
            for number in [1, 2, 22] {
                let promise = promise(name, number);
                assert_eq!(signal_of_promise(&promise), name, "{promise}");
                promises.push(promise);
            }
        }
        promises.sort();
        promises.dedup();
        assert_eq!(promises.len(), names.len() * 3);
    }
}
