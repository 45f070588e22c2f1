//! The bound of functions that take only futures of a `Result`. A function cannot check, as a yield
//! does, whether an output is a `Result`.

use std::future::IntoFuture;

/// A type that becomes a future of a `Result<T, E>`. It can be started, run, boxed or made a child.
///
/// Every `IntoFuture` with such an output implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a future of a `Result`",
    label = "expected a future of a `Result`",
    note = "for a future that cannot fail, write `gen::ok(future)`; `gen::block_on` runs any future",
    note = "call a function or a closure; join a list, a map, a tuple or another yieldable: `gen::multi(list).join()`"
)]
pub trait FutureOfResult<T, E>: IntoFuture<Output = Result<T, E>> {}

// Not recommended, because rustc would then report only the type of the output (E0271), without any
// advice.
#[diagnostic::do_not_recommend]
impl<F, T, E> FutureOfResult<T, E> for F where F: IntoFuture<Output = Result<T, E>> {}
