//! The test of this crate is compiled with the feature `console` and `--cfg tokio_unstable`.
