//! The modes of a yield: the parameter `Mode` of [`Yieldable`](crate::Yieldable), which says what becomes of
//! an output that is a `Result`.

/// The mode in which an output that is a `Result` is opened, so that its error arrives at the yield.
#[derive(Debug)]
pub enum Flat {}

/// The mode in which outputs are handed over as they are.
#[derive(Debug)]
pub enum Raw {}
