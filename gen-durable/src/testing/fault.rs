//! [`Fault`]: something that an exploration lets happen at a moment.

use std::fmt;

/// Something that [`explore`](fn@super::explore) lets happen at one moment of a run.
///
/// The [page](super#faults) of the module describes the effect of each.
///
/// ```
/// use gen_durable::testing::Fault;
///
/// assert_eq!(Fault::Die.to_string(), "Die");
/// assert!(Fault::ALL.contains(&Fault::Cancel));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The process dies.
    Die,
    /// The run is cancelled.
    Cancel,
}

impl Fault {
    /// All of them.
    pub const ALL: &'static [Fault] = &[Fault::Die, Fault::Cancel];

    /// The fault that is printed as this text. If there is none, the message lists all of them.
    pub(super) fn named(text: &str) -> Result<Self, String> {
        let named = Fault::ALL.iter().find(|fault| fault.to_string() == text);
        named.copied().ok_or_else(|| {
            let names: Vec<String> = Fault::ALL.iter().map(|fault| format!("`{fault}`")).collect();
            format!("`{text}` is no fault: write one of {}", names.join(", "))
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
