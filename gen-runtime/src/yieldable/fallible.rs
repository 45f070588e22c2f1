//! What functions take that cannot ask, as a yield can, whether an output is a `Result`.

use std::future::IntoFuture;

/// A future of a `Result<T, E>`, or what can be made one: what is started, run, boxed or made a child.
///
/// Every `IntoFuture` with such an output is one.
#[diagnostic::on_unimplemented(
    message = "a future of a `Result` is wanted here, and `{Self}` is none",
    label = "not a future of a `Result`",
    note = "a future that cannot fail becomes one by `gen::ok(future)`; only `gen::block_on` runs any",
    note = "a function or closure is called first; a list, map or tuple, and what else is yielded, is joined: `gen::multi(list).join()`"
)]
pub trait FutureOfResult<T, E>: IntoFuture<Output = Result<T, E>> {}

// Not recommended: rustc would speak of the output alone (E0271), and not say what to do.
#[diagnostic::do_not_recommend]
impl<F, T, E> FutureOfResult<T, E> for F where F: IntoFuture<Output = Result<T, E>> {}
