//! [`Goal`]: which child of a race is the first.

use std::fmt::Debug;

use super::policy::Until;
use super::shape::by_key;
use super::slots::ChildEnded;
use crate::error::{unit_error, ChildKey, Error};

/// The rule of a race whose children have indices or keys of the type `I`.
pub trait Goal<I> {
    /// The name of the race in a dump and in the log.
    const RACE: &'static str;

    /// Whether a failure can be the first.
    const FAILURE_WINS: bool;

    /// The name of a child in a dump, and in the error of a race that has no first.
    fn key(index: &I, child: usize) -> ChildKey;

    /// The error of a race without children.
    fn none() -> Error;
}

/// The event that ends a race in which the losers are dropped.
pub(super) fn until<I, G: Goal<I>>() -> Until {
    if G::FAILURE_WINS {
        Until::FirstEnd
    } else {
        Until::FirstSuccess
    }
}

/// Whether a child that ends so may be the first.
pub(super) fn is_reached<I, G: Goal<I>>(ended: ChildEnded) -> bool {
    G::FAILURE_WINS || ended == ChildEnded::Well
}

/// The first child is the first to end: [`first_of`](fn@crate::first_of). Children are named by
/// their position, since their keys need not be `Debug`.
#[derive(Debug)]
pub enum End {}

impl<I> Goal<I> for End {
    const RACE: &'static str = "a `first_of`";
    const FAILURE_WINS: bool = true;

    fn key(_: &I, child: usize) -> ChildKey {
        ChildKey::Index(child)
    }

    fn none() -> Error {
        FirstOfNoneError.into()
    }
}

/// The first child is the first to succeed: [`first_ok`](fn@crate::first_ok), of a list or a tuple.
#[derive(Debug)]
pub enum Success {}

impl<I> Goal<I> for Success {
    const RACE: &'static str = "a `first_ok`";
    const FAILURE_WINS: bool = false;

    fn key(_: &I, child: usize) -> ChildKey {
        ChildKey::Index(child)
    }

    fn none() -> Error {
        FirstOkNoneError.into()
    }
}

/// As [`Success`], for a map, whose children are named by their keys.
#[derive(Debug)]
pub enum SuccessByKey {}

impl<Q: Debug> Goal<Q> for SuccessByKey {
    const RACE: &'static str = "a `first_ok`";
    const FAILURE_WINS: bool = false;

    fn key(key: &Q, _: usize) -> ChildKey {
        by_key(key)
    }

    fn none() -> Error {
        FirstOkNoneError.into()
    }
}

unit_error! {
    /// [`first_of`](fn@crate::first_of) was called without children, so there is no first.
    pub FirstOfNoneError: "`first_of` was given no children, so none of them will be the first"
}

unit_error! {
    /// [`first_ok`](fn@crate::first_ok) was called without children, so none can succeed.
    pub FirstOkNoneError: "`first_ok` was given no children, so none of them will succeed"
}
