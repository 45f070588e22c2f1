//! Scopes: children that borrow, and that cannot outlive the scope. There is a file for each
//! hazard.

mod borrowing;
mod cancelling;
mod failures;
mod lifetimes;
mod order;
mod panics;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use behaviour::{logged, needs, reason, run, seconds, spawn, works, Count, Guard, Journal};
use gen::yield_;
