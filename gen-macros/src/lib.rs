//! The attributes of `gen-runtime`. Use them through it: `#[gen::coroutine]`, `#[gen::engine]`, `#[gen::main]`.
//!
//! # How it works
//!
//! ```text
//! tokens ── parse ──▶ Function ── check ──▶ Mistakes
//!                        │                     │ none        │ some
//!                        └────── lower ──▶ Lowered ── expand ─┴─ fallback ──▶ tokens
//! ```
//!
//! - `parse` reads what was written into a small structure that keeps every span. The body stays tokens. `repair` reads the rest of a
//!   signature that is still being typed.
//! - `neighbours` knows the other attributes that may stand on the function.
//! - `survey` walks over the tokens of the body, so that the others need not: whether it yields, and where.
//! - `check` looks for mistakes, all of them in one run: of the options, of the signature, and (where the
//!   body can be parsed) of where a `yield_!` stands.
//! - `lower` decides what is emitted: arguments move into the machine, the return type is pinned, and a walk
//!   over the *tokens* of the body hands each `yield_!` its frame.
//! - `expand` only quotes; `fallback` does it for a function with mistakes, so that its callers still see
//!   the true signature and each mistake is one error.
//! - `pipeline` does one after the other, and `paths` is the one file that knows what the runtime is called.
//!
//! A body that is not Rust (yet) is no mistake of ours: it goes through as it was typed, rustc says what is
//! wrong with it, and an editor can complete in it. Some editors do not even show it: they hand a word in its
//! place. Then the body is a call of `unfinished`, which sees the body itself.
//!
//! This crate is edition 2024, whatever the user's: the `impl Trait` it emits then captures every lifetime.
#![forbid(unsafe_code)]

mod argument_names;
mod check;
mod editor;
mod expand;
mod fallback;
mod lower;
mod mistakes;
mod neighbours;
mod options;
mod parse;
mod paths;
mod pipeline;
mod scan;
#[cfg(test)]
mod tests;
mod tokens;
mod types;

use options::AttributeKind;
use proc_macro::TokenStream;

/// Turns a plain `fn` into a coroutine: a call returns `impl gen::Coroutine<Output = R>`.
///
/// In the body `yield_!(expr)` suspends until the runtime has resolved `expr`, and is a `gen::Result`. Nothing
/// runs until the coroutine is yielded, awaited or started. Arguments move into it, and are dropped when and
/// in the order in which an `async fn` drops them.
///
/// The function may be free, a method with any receiver, or a method of a trait: declared, provided or
/// implemented. It may be generic and `unsafe`; not `async`, `const`, `extern` or variadic.
///
/// # Options
///
/// - `boxed`: the machine is allocated once; the type stays opaque, and is `Send` if the body is. For recursion,
///   which rustc refuses otherwise (error E0733).
/// - `dyn`: returns `gen::BoxCoroutine<'_, R>`, so that a trait with such a method can be a trait object. The
///   body must be `Send`: a provided method with `&self` wants `where Self: Sync`. Each elided lifetime gets a
///   name, as with `async-trait`; a lifetime that is hidden in a path must be written, `Ref<'_, T>`.
/// - `dyn(local)`: the same with `gen::LocalBoxCoroutine<'_, R>`, which need not be `Send`.
/// - `send`: the declared type says `+ Send`. For methods of traits, where callers cannot see the body.
/// - `returns`: an error that is a `gen::Return(v)`, raised by a function that the body calls, ends the coroutine with `Ok(v)`. It must return
///   `gen::Result<T>`, with a `T` that is `Send` and borrows nothing.
/// - `crate = path`: where the runtime is, if not at `::gen`: `#[my_gen::coroutine(crate = my_gen)]`.
///
/// # Where a `yield_!` may stand
///
/// Anywhere an expression may: in the arguments of other macros, in `async` blocks and `async` closures of
/// the body, in a `macro_rules!` that is defined in the body. Not in a plain closure, nor in a plain `fn`
/// within the body. Written `yield_!` or by a path that ends so; under another name it is not found.
///
/// # Other attributes
///
/// The order matters where another attribute rewrites the function or looks at how it is written:
///
/// - `#[tracing::instrument]` may stand above or below. As with an `async fn`, its span is entered and left around each poll of the body, and `err` and `ret` log what the
///   body returns.
/// - `#[test]`, and `#[tokio::test]`, `#[tokio::main]` and others of these names, stand below: this attribute puts a function around the coroutine which they can run. So it does
///   for `#[axum::debug_handler]` and `#[cached]`, which want an `async fn`.
/// - `#[async_trait]` leaves coroutines alone. A trait with a method that is one can be a trait object with the option `dyn`.
/// - Below any other attribute this one sees what that has made of the function; above it, that sees a plain function which returns the coroutine.
///
/// # Name
///
/// Use it by its path: rustc has a built-in attribute called `coroutine`, so `use gen::coroutine;
/// #[coroutine]` is ambiguous (error E0659). To import it use its alias [`macro@co`].
#[proc_macro_attribute]
pub fn coroutine(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(AttributeKind::Coroutine, options.into(), item.into()).into()
}

/// The same as [`macro@coroutine`], under a name that may be imported: `use gen::co; #[co] fn ..`.
#[proc_macro_attribute]
pub fn co(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(AttributeKind::Coroutine, options.into(), item.into()).into()
}

/// Turns a plain `fn` into an engine: a coroutine that a call starts, and whose end nobody waits for.
///
/// The body runs within the call up to its first suspension, and then goes on by itself on the loop that runs on this thread. It
/// returns `()` or a `Result` of `()`; anything else is an error, for there is nobody to get it. (A `gen::dynamic::Value` may be returned too; it has to be a `()` then.)
///
/// The call returns `gen::Result`: an error, or a panic, before the first suspension, or that no loop runs here. What fails later is
/// thrown into the coroutine that made the call, as the failure of a callback is; if nobody takes it, it is logged.
///
/// Where 32 bodies begin inside of each other, as those of engines that call engines do, the next one begins in the loop's next turn
/// instead, and the call returns `Ok(())`.
///
/// The arguments must be `'static`, since the engine outlives the call. Its one option is `crate = path`; else it is as with [`macro@coroutine`].
#[proc_macro_attribute]
pub fn engine(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(AttributeKind::Engine, options.into(), item.into()).into()
}

/// Makes `fn main` a coroutine and runs it to its end on an embedded loop.
///
/// The function takes no arguments and returns what any `main` may. Its one option is `crate = path`. Called in
/// the middle of a loop's turn, or of a poll of another runtime, it blocks that, or panics, as `gen::block_on`.
#[proc_macro_attribute]
pub fn main(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(AttributeKind::Main, options.into(), item.into()).into()
}

/// What an attribute emits around a word that an editor has put in the place of a body: `unfinished!(runtime, frame, body)`. When this is expanded
/// the body is back.
#[doc(hidden)]
#[proc_macro]
pub fn unfinished(tokens: TokenStream) -> TokenStream {
    editor::unfinished::expand(tokens.into()).into()
}

/// What an attribute puts around all that it emits for such a body: it hands back what it is given.
#[doc(hidden)]
#[proc_macro]
pub fn verbatim(tokens: TokenStream) -> TokenStream {
    tokens
}
