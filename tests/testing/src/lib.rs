//! Four small programs, each with a bug and without it. The tests of this crate look whether
//! `gen::testing` finds the bugs. With `unwinding` a panic at a yield is one of the body itself.
//!
//! | program | bug |
//! |---|---|
//! | `bank.rs` | an update is lost if the transfer is cancelled in the middle |
//! | `cache.rs` | a lock is held for ever if the yield under it fails |
//! | `depot.rs` | two tasks wait for each other, one of them behind a list, and a third for a promise |
//! | `shop.rs` | an order is paid twice if the reply of the payment is lost |

pub mod bank;
pub mod cache;
pub mod depot;
pub mod shop;
pub mod unwind;
