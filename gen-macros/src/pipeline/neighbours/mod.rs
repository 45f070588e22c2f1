//! Other attributes on the same function that rewrite the body, or look at how the function is
//! written.
//!
//! Attributes above ours are expanded before ours. Attributes below ours are still on the function.
//!
//! - `#[tracing::instrument]`. Below ours, it is put above, and ours is expanded again. Above ours,
//!   what it emitted is [taken apart](instrument), and its span put around the polls of the body.
//! - `#[test]`. Below ours, it gets a plain function [around](wrapper) the coroutine, which runs
//!   it. Above ours, it leaves no trace in the tokens, but the source file [shows](above) it.
//! - `#[tokio::test]`, `#[tokio::main]` and others of these names. Below ours, they get an `async
//!   fn` around the coroutine. Above ours, they are [reported](foreign) if they have left a trace.
//! - `#[axum::debug_handler]`, `#[cached]`. Below ours, they get an `async fn` too. Above ours,
//!   they report themselves that the function is not `async`.
//! - `#[rstest]` and others that [make tests](cases) of a function with arguments. Below
//!   `#[gen::test]`, they get a plain function that runs the coroutine. Above it, the source file
//!   shows them, and they are reported.
//! - `#[async_trait]`, which stands on traits and `impl` blocks. It leaves coroutines alone. An
//!   `async fn` that has our attribute is reported.
//! - `#[maybe_async]` is reported.
//!
//! Any other attribute below ours gets the function that returns the coroutine.

pub(crate) mod above;
pub(crate) mod cases;
pub(crate) mod foreign;
pub(crate) mod instrument;
pub(crate) mod source_file;
pub(crate) mod wrapper;

use syn::Path;

/// Whether the last word of the path is one of `names`.
fn ends_in(path: &Path, names: &[&str]) -> bool {
    path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name))
}
