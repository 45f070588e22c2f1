//! T11: a wide set of coroutines, with every lint denied. The test is that this crate compiles.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    future_incompatible,
    let_underscore,
    nonstandard_style,
    refining_impl_trait,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    unused,
    absolute_paths_not_starting_with_crate,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    ffi_unwind_calls,
    keyword_idents,
    let_underscore_drop,
    macro_use_extern_crate,
    meta_variable_misuse,
    missing_abi,
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    non_ascii_idents,
    redundant_imports,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unsafe_op_in_unsafe_fn,
    unstable_features,
    unused_crate_dependencies,
    unused_extern_crates,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::cargo)]
#![allow(
    clippy::cargo_common_metadata,
    clippy::multiple_crate_versions,
    edition_2024_expr_fragment_specifier,
    reason = "about manifests, and about macro definitions that are not ours"
)]

pub mod attributes;
pub mod bodies;
mod fires;
pub mod methods;
pub mod outputs;

use std::fmt::Display;
use std::future::ready;

use r#gen::yield_;

/// Plain arguments.
#[r#gen::coroutine]
pub fn plain(a: u32, mut b: u32) -> u32 {
    b += a;
    b
}

/// # Errors
///
/// The error of the yield.
#[r#gen::coroutine]
pub fn yields(a: u32) -> r#gen::Result<u32> {
    yield_!(ready(a))
}

/// Arguments whose names begin with an underscore, patterns and wildcards.
#[r#gen::coroutine]
pub fn patterns(
    _unused: u32,
    _: u32,
    (a, _): (u32, u32),
    [b, ..]: [u32; 3],
    ref c: u32,
    ref mut d: u32,
) -> u32 {
    *d += 1;
    a + b + *c + *d
}

/// A body with nothing in it.
#[r#gen::coroutine]
pub fn empty() {}

/// A function that is generic in all ways.
#[r#gen::coroutine]
pub fn generic<'a, T, U, const N: usize>(
    list: &'a [T; N],
    text: &str,
    value: U,
    shown: impl Display,
) -> (&'a [T], String)
where
    T: Clone,
    U: Display + Clone,
{
    let text = yield_!(ready(text)).unwrap_or_default();
    (list, format!("{text}{value}{shown}"))
}

/// Borrows its arguments.
#[r#gen::coroutine]
pub fn borrows(text: &str) -> &str {
    text.trim()
}

/// A recursive coroutine.
///
/// # Errors
///
/// Never.
#[r#gen::coroutine(boxed)]
pub fn recursive(n: u32) -> r#gen::Result<u32> {
    if n == 0 {
        return Ok(0);
    }
    Ok(yield_!(recursive(n - 1))? + 1)
}

/// A coroutine that is declared to be `Send`.
#[r#gen::coroutine(send)]
pub fn send(n: u32) -> u32 {
    n
}

/// A coroutine that is erased.
///
/// # Errors
///
/// Never.
#[r#gen::coroutine(dyn)]
pub fn erased(text: &str, n: u32) -> r#gen::Result<&str> {
    let _: u32 = yield_!(ready(n))?;
    Ok(text)
}

/// A coroutine that is erased, for one thread.
#[r#gen::coroutine(dyn(local))]
pub fn erased_local(list: &mut Vec<u32>, _n: u32) -> usize {
    list.push(yield_!(ready(1)).unwrap_or(0));
    list.len()
}

/// A function with arguments that `cfg` removes.
#[r#gen::coroutine]
pub fn configured(
    #[cfg(not(any(unix, windows)))] gone: Missing,
    #[cfg(any(unix, windows))] kept: u32,
    #[allow(unused_variables)] unused: u32,
) -> u32 {
    kept
}

macro_rules! made {
    ($name:ident, $argument:ident: $ty:ty, $body:block) => {
        /// A coroutine that a macro emits.
        #[r#gen::coroutine]
        pub fn $name($argument: $ty) -> $ty $body
    };
}

made!(made_short, n: u32, { n });
made!(made_long, n: u32, {
    let one = yield_!(ready(1)).unwrap_or(0);
    n + one
});
