//! [`Plan`]: which faults a run has, and at which moments.

use std::fmt;
use std::str::FromStr;

use super::fault::Fault;

/// The faults of a run, by moment, in the order of the moments. As text: `4:Die,7:Cancel`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) faults: Vec<(usize, Fault)>,
}

impl Plan {
    /// The same plan with one more fault, at a later moment.
    pub(super) fn and(&self, moment: usize, fault: Fault) -> Self {
        let mut plan = self.clone();
        plan.faults.push((moment, fault));
        plan
    }

    pub(super) fn fault_at(&self, moment: usize) -> Option<Fault> {
        self.faults.iter().find(|(at, _)| *at == moment).map(|(_, fault)| *fault)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (moment, fault)) in self.faults.iter().enumerate() {
            write!(f, "{}{moment}:{fault}", if n == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl FromStr for Plan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut plan = Plan::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let Some((at, fault)) = part.split_once(':') else {
                return Err(format!("`{part}` is not like `4:Die`"));
            };
            let at = at.parse().map_err(|_| format!("`{at}` is no number"))?;
            plan.faults.push((at, Fault::named(fault)?));
        }
        plan.faults.sort_by_key(|(at, _)| *at);
        Ok(plan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_as_it_is_printed() {
        for text in ["", "4:Die", "4:Cancel,7:Die"] {
            assert_eq!(text.parse::<Plan>().map(|plan| plan.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn a_plan_that_cannot_be_read_says_why() {
        for (text, why) in [("4", "not like"), ("x:Die", "no number"), ("4:Drop", "no fault")] {
            let error = text.parse::<Plan>().unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
