//! The errors of an answer that does not fit the keys.

use std::error::Error;
use std::fmt;

/// The function of a [`batch`](crate::batch()) has returned a map without one of the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingKeyError {
    key: String,
}

impl MissingKeyError {
    pub(super) fn new(key: &impl fmt::Debug) -> Self {
        MissingKeyError { key: format!("{key:?}") }
    }

    /// The key, as it prints with `{:?}`.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Display for MissingKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the function of a batch has returned no value for the key {}", self.key)
    }
}

impl Error for MissingKeyError {}

/// The function of a [`batch`](crate::batch()) has returned a `Vec` that has not one result for
/// each key, so it is not known which result belongs to which key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerCountError {
    keys: usize,
    answers: usize,
}

impl AnswerCountError {
    pub(super) fn new(keys: usize, answers: usize) -> Self {
        AnswerCountError { keys, answers }
    }

    /// The number of keys.
    #[must_use]
    pub fn keys(&self) -> usize {
        self.keys
    }

    /// The number of results.
    #[must_use]
    pub fn answers(&self) -> usize {
        self.answers
    }
}

impl fmt::Display for AnswerCountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AnswerCountError { keys, answers } = self;
        write!(f, "the function of a batch has returned a `Vec` of {answers} results for {keys} keys")
    }
}

impl Error for AnswerCountError {}
