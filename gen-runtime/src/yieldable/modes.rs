//! The modes of a yield. A mode decides whether an output that is a `Result` is opened. It is the
//! parameter `Mode` of [`Yieldable`](crate::Yieldable).

/// The mode in which an output that is a `Result` is opened, so that its error arrives at the
/// yield.
#[derive(Debug)]
pub enum Flat {}

/// The mode in which the yield gives outputs unchanged.
#[derive(Debug)]
pub enum Raw {}
