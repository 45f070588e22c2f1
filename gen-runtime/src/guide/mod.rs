//! The guide: each page answers a question, with programs that you can paste.
//!
//! | question | page |
//! |---|---|
//! | How do I write my first program? | [First hour](first_hour) |
//!
//! The programs are of edition 2024, which `cargo new` gives, and call the library `g`. All of them
//! are compiled and run with the tests.

#[doc = include_str!("first_hour.md")]
pub mod first_hour {}
