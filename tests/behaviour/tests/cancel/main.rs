//! Cancellation: each leaf receives it once and may clean up, and the caller waits for the end.
//! There is a file for each hazard.

mod deadline;
mod first_of;
mod grace;
mod leaves;
mod lifetimes;
mod own_body;
mod same_instant;
mod shield;
mod shutdown;
mod start;
mod swallowed;
mod threads;
mod throw;
mod twice;
mod wait_iterator;

use std::future::Future;
use std::time::Duration;

use behaviour::{in_seconds, needs, reason, run, seconds, spawn, works, Count, Guard, Journal};
use gen::yield_;
