//! tornado.gen for Rust.
