//! Other attributes on the same function that rewrite a body, or look at how a function is written.
//!
//! Those above ours have been expanded when ours is; those below ours are still there.
//!
//! | attribute | below ours | above ours |
//! |---|---|---|
//! | `#[tracing::instrument]` | is put above, and ours expands again | what it made is [taken apart](instrument): the span goes around the machine's body |
//! | `#[test]` | gets a plain function [around](wrapper) the coroutine, which runs it | nothing of it is left; rustc says that it cannot run the coroutine |
//! | `#[tokio::test]`, `#[tokio::main]`, and others of these names | gets an `async fn` around the coroutine | is [reported](foreign), if it has left a trace |
//! | `#[axum::debug_handler]`, `#[cached]` | the same | complains itself, of a function that is not `async` |
//! | `#[async_trait]` | (stands on traits and `impl` blocks) | leaves coroutines alone; an `async fn` that is a coroutine too is reported |
//! | `#[maybe_async]` | is reported | the same |
//!
//! All others get the function that returns the coroutine.

pub(crate) mod foreign;
pub(crate) mod instrument;
pub(crate) mod wrapper;

use syn::Path;

/// Whether the last word of a path is one of these.
fn ends_in(path: &Path, names: &[&str]) -> bool {
    path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name))
}
