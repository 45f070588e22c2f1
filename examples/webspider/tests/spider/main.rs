//! Tests the program as a user runs it.

mod harness;

mod crawling;
#[cfg(unix)]
mod interrupt;
mod refusals;
mod small_site;
