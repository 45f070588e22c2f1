//! [`Plan`]: which faults a run has, and at which steps.

use std::fmt;
use std::str::FromStr;

use super::fault::Fault;

/// The faults of a run, and the order of its tasks. As text: `4:Cancel,7:Error`, `order:3`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// The seed of the order; `None` is the order of the loop.
    pub(super) order: Option<u64>,
    /// By step, in the order of the steps.
    pub(super) faults: Vec<(usize, Fault)>,
}

impl Plan {
    pub(super) fn order(number: u64) -> Self {
        Plan { order: Some(number), faults: Vec::new() }
    }

    /// The same plan with one more fault, at a later step.
    pub(super) fn and(&self, step: usize, fault: Fault) -> Self {
        let mut plan = self.clone();
        plan.faults.push((step, fault));
        plan
    }

    pub(super) fn fault_at(&self, step: usize) -> Option<Fault> {
        self.faults.iter().find(|(at, _)| *at == step).map(|(_, fault)| *fault)
    }

    /// The step after the last fault: from here on nothing is known of the run.
    pub(super) fn known_steps(&self) -> usize {
        self.faults.last().map_or(0, |(at, _)| at + 1)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(order) = self.order {
            write!(f, "order:{order}{}", if self.faults.is_empty() { "" } else { "," })?;
        }
        for (n, (step, fault)) in self.faults.iter().enumerate() {
            write!(f, "{}{step}:{fault}", if n == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl FromStr for Plan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut plan = Plan::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let Some((at, what)) = part.split_once(':') else {
                return Err(format!("`{part}` is neither like `4:Cancel` nor like `order:3`"));
            };
            let number = |text: &str| text.parse().map_err(|_| format!("`{text}` is no number"));
            match at {
                "order" => plan.order = Some(number(what)?),
                _ => {
                    let step = number(at)?.try_into().unwrap_or(usize::MAX);
                    plan.faults.push((step, Fault::named(what)?));
                }
            }
        }
        plan.faults.sort_by_key(|(step, _)| *step);
        Ok(plan)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_as_it_is_printed() {
        for text in ["", "4:Cancel", "4:Cancel,7:LostReply", "order:3", "order:3,0:Drop"] {
            assert_eq!(text.parse::<Plan>().map(|plan| plan.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn a_plan_that_cannot_be_read_says_why() {
        for (text, why) in
            [("4", "neither"), ("x:Cancel", "no number"), ("4:Cancle", "no fault"), ("order:", "no number")]
        {
            let error = text.parse::<Plan>().unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
