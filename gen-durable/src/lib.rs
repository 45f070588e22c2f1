//! Durable coroutines.
mod clock;
mod core;
mod driver;
mod error;
mod file;
mod frames;
mod journal;
mod leaf;
mod memory;
mod outside;
mod place;
mod record;
mod recorded;
mod running;
mod sleep;
mod step;
mod timeout;

pub use crate::driver::{run, Driver};
pub use crate::error::{FileError, JournalMismatch, NotDurable, StepFailed, Suspended};
pub use crate::file::FileJournal;
pub use crate::journal::{Awaited, Command, Event, Journal, Outcome, Ticket, What};
pub use crate::memory::{MemoryJournal, Records};
pub use crate::place::Place;
pub use crate::sleep::{sleep, Sleep};
pub use crate::step::{step, Step};
pub use crate::timeout::{with_timeout, Limited, TimedOut, WithTimeout};
