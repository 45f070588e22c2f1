//! `gen::Ok`.

use super::Result;

/// Makes the `Ok` of a [`gen::Result`](Result), where nothing else says what the error is.
///
/// The last line of an `async` block or of a closure that contains a `?` needs it: rustc does not
/// know there into which error the `?` converts. It is short for `Ok::<_, gen::Error>(value)`. (The
/// function [`ok`](fn@crate::ok), in lower case, is for a future that cannot fail.)
///
/// ```
/// let length = gen::run_sync(async {
///     let text = std::str::from_utf8(b"seven")?;
///     gen::moment().await?;
///     gen::Ok(text.len())
/// });
/// assert_eq!(length.unwrap(), 5);
/// ```
#[allow(non_snake_case)]
pub fn Ok<T>(value: T) -> Result<T> {
    Result::Ok(value)
}
