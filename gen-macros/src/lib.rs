//! The attributes of `gen-runtime`: `#[gen::coroutine]`, `#[gen::co]`, `#[gen::engine]`,
//! `#[gen::main]` and `#[gen::test]`. Use them through that crate.
//!
//! # How it works
//!
//! Each attribute calls `pipeline::run`, which does four steps:
//!
//! ```text
//! tokens ── parse ──▶ Function ── check ──▶ Verdict ── lower ──▶ Lowered
//!                                             │ Emit      ── expand ───▶ tokens
//!                                             │ LeaveOut  ── fallback ─▶ tokens
//! ```
//!
//! The modules of `pipeline/` in the order of the steps. A module imports only from the rows above
//! its own; `tests/layers.rs` reads this table and holds the imports to it.
//!
//! | module | what it does |
//! |---|---|
//! | `before_rust_188` | asks where a span is, on compilers that say it and on those that do not |
//! | `tokens` | asks questions about single tokens; rebuilds groups |
//! | `types` | visits the parts of a type |
//! | `mistakes` | collects the compile errors of one use of an attribute |
//! | `options` | parse: reads what stands in the attribute's parentheses |
//! | `library` | finds the path of the library, where the options do not give it |
//! | `paths` | knows the names that are emitted: paths into the runtime, names of locals |
//! | `argument_names` | makes names for arguments that are written as patterns |
//! | `parse` | parse: the item becomes a `Function`, which keeps its spans; the body stays tokens |
//! | `scan` | parse: looks through the tokens of the body once: whether it yields, and where |
//! | `neighbours` | handles other attributes on the same function |
//! | `check` | check: reports all mistakes in one run, and decides whether the body is emitted |
//! | `lower` | lower: decides what is emitted; gives each `yield_!` of the body its frame |
//! | `expand` | expand: quotes what `lower` has decided |
//! | `fallback` | expand: the same without the body, for a function with mistakes |
//! | `editor` | handles functions that are still being typed |
//! | `mod` | calls the steps in order |
//!
//! A function with mistakes keeps its true signature, without the body. So its callers still
//! compile, and each mistake is one error.
//!
//! A syntax error in a body is not among these mistakes. It is emitted as it was typed: rustc
//! reports what is wrong with it, and an editor can complete in it.
//!
//! The fuzzer compiles `pipeline/` into a plain library, since a crate of procedural macros exports
//! nothing else.
//!
//! This crate is edition 2024, whatever the edition of its users: the `impl Trait` that it emits
//! then captures every lifetime.
#![forbid(unsafe_code)]

mod pipeline;
#[cfg(test)]
mod tests;

use pipeline::options::AttributeKind;
use proc_macro::TokenStream;

/// Turns a plain `fn` into a coroutine: a call returns `impl gen::Coroutine<Output = R>`.
///
/// In the body, `yield_!(expr)` suspends the coroutine until the runtime has resolved `expr`, and
/// evaluates to a `gen::Result`. The body does not begin until the coroutine is yielded, awaited or
/// started. The arguments move into the coroutine. They are dropped when, and in the order in
/// which, an `async fn` drops its arguments.
///
/// The function may be free, a method with any receiver, or a method of a trait: declared, provided
/// or implemented. It may be generic and `unsafe`. It must not be `async`, `const`, `extern` or
/// variadic.
///
/// # Options
///
/// - `boxed`: the coroutine is allocated in a box. Its type stays opaque, and is `Send` if the body
///   is. A recursive coroutine needs this option, or rustc reports error E0733.
/// - `dyn`: the function returns `gen::BoxCoroutine<'_, R>`, so that a trait with such a method can
///   be a trait object. The body must be `Send`; a provided method with `&self` therefore needs
///   `where Self: Sync`. Each elided lifetime gets a name, as with `async-trait`. A lifetime that
///   is hidden in a path must be written: `Ref<'_, T>`.
/// - `dyn(local)`: the same with `gen::LocalBoxCoroutine<'_, R>`, which need not be `Send`.
/// - `send`: the declared return type includes `+ Send`. This is for methods of traits, where
///   callers cannot see the body.
/// - `returns`: if a function that the body calls fails with the error `gen::Return(v)`, the
///   coroutine ends with `Ok(v)`. The coroutine must return `gen::Result<T>`, where `T` is `Send`
///   and borrows nothing.
/// - `crate = path`: the path of the runtime, if another crate re-exports it:
///   `#[framework::gen::coroutine(crate = framework::gen)]`. Without the option it is the
///   dependency on `gen-runtime` in the `[dependencies]` of `Cargo.toml`, under whatever name. If
///   there is none, it is the path in front of the attribute's name, and without such a path a
///   dependency that only tests or the build script have. An editor does not know that path, so
///   give the option for its sake.
///
/// # Where a `yield_!` may stand
///
/// Wherever an expression may stand, also in the arguments of other macros, in `async` blocks and
/// `async` closures of the body, and in a `macro_rules!` that is defined in the body. Not in a
/// closure that is not `async`, and not in a plain `fn` within the body. The macro is found by its
/// name `yield_`, alone or at the end of a path; under another name it is not found.
///
/// # Other attributes
///
/// The order matters where another attribute rewrites the function, or looks at how it is written:
///
/// - `#[tracing::instrument]` may stand above or below. As with an `async fn`, the span is entered
///   and left around each poll of the body, and `err` and `ret` log what the body returns.
/// - `#[test]`, `#[tokio::test]`, `#[tokio::main]` and other attributes with these names stand
///   below. The coroutine is then put into a function that they can run. The same holds for
///   `#[axum::debug_handler]` and `#[cached]`, which require an `async fn`. Without further
///   attributes, [`macro@main`] and [`macro@test`] do the same. A `#[test]` above this attribute
///   is an error. (Before Rust 1.88 it is not noticed: rustc then reports that `Termination` is not
///   implemented for the coroutine.)
/// - `#[async_trait]` leaves coroutines alone. For a trait object, give the methods of the trait
///   that are coroutines the option `dyn`.
/// - For any other attribute: if it stands above, this attribute gets the function that the other
///   one has made. If it stands below, it gets a plain function that returns the coroutine.
///
/// # Name
///
/// Write the attribute with its path: rustc has a built-in attribute that is also called
/// `coroutine`, so `use gen::coroutine; #[coroutine]` is ambiguous (error E0659). To import it use
/// its alias [`macro@co`].
#[proc_macro_attribute]
pub fn coroutine(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(AttributeKind::Coroutine, options.into(), item.into()).into()
}

/// The same as [`macro@coroutine`], under a name that can be imported: `use gen::co; #[co] fn ..`.
#[proc_macro_attribute]
pub fn co(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(AttributeKind::Coroutine, options.into(), item.into()).into()
}

/// Turns a plain `fn` into an engine: a call starts the coroutine, and nothing waits for its end.
///
/// The body runs within the call up to its first suspension. Then the loop that runs on this thread
/// resumes it, or tokio within `gen::local`. With `#[gen::engine(send)]` the body is `Send`, and
/// every executor that takes tasks resumes it, as with `gen::spawn`. The function returns `()` or a
/// `Result` of `()`. Any other type is a compile error, since the value would be lost. (A
/// `gen::dynamic::Value` is allowed too; it must then hold a `()`.)
///
/// The call returns a `gen::Result`. It is an error if the body fails or panics before its first
/// suspension, or if no executor takes the task. A later error is thrown into the coroutine that
/// made the call, as an error of a callback is. If that coroutine does not take the error, it is
/// logged.
///
/// An engine that is called in the body of an engine begins within the call too. But when 32 bodies
/// have begun inside of each other, the next one begins in the next turn of the loop, and its call
/// returns `Ok(())`.
///
/// The arguments must be `'static`, since the engine outlives the call. The options are `send` and
/// `crate = path`. Everything else is as with [`macro@coroutine`].
#[proc_macro_attribute]
pub fn engine(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(AttributeKind::Engine, options.into(), item.into()).into()
}

/// Turns `fn main` into a coroutine, and runs it to its end on an embedded loop, or on tokio.
///
/// The function takes no arguments and returns what any `main` may return. A call within a turn of
/// a loop, or within a poll of another runtime, blocks that loop or runtime, or panics, as
/// `gen::block_on` does.
///
/// # Options
///
/// - `tokio`: the coroutine runs on a new runtime of tokio with all its drivers. This needs the
///   feature `tokio` of `gen-runtime`. When the coroutine ends, the runtime is dropped with the
///   tasks that are left.
/// - `flavor = ".."`, after `tokio`: the flavor of the runtime. The flavors are `"multi_thread"`,
///   which is the default; `"current_thread"`, which polls everything on this thread; and
///   `"local"`, in which `tokio::task::spawn_local` works too. With each of them the coroutine
///   itself is polled on this thread, and need not be `Send`.
/// - `worker_threads = N`, after `tokio`: the number of threads of the flavor `"multi_thread"`.
///   Without it tokio starts one for each core.
/// - `start_paused = true`, after `tokio` and another flavor: the clock of tokio is paused at the
///   start. This needs the feature `test-util` of tokio.
/// - `crate = path`: as with [`macro@coroutine`].
///
/// ```ignore
/// #[gen::main(tokio, flavor = "current_thread")]
/// fn main() -> gen::Result {
///     let answer = yield_!(tokio::spawn(async { 6 * 7 }))?;
///     assert_eq!(answer, 42);
///     Ok(())
/// }
/// ```
///
/// # Panics
///
/// With the option `tokio`: if the runtime cannot be started, or if this thread already runs one.
#[proc_macro_attribute]
pub fn main(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(AttributeKind::Main, options.into(), item.into()).into()
}

/// Turns a plain `fn` into a test that runs a coroutine, on a virtual clock or on tokio.
///
/// The function returns what any test may return: `()`, or a `Result` whose error fails the test.
/// `#[should_panic]`, `#[ignore]` and all other attributes have the meaning that they have on any
/// test. A `#[test]` beside this attribute is an error, since the test would run twice. (Above this
/// attribute it is noticed with Rust 1.88 or later.)
///
/// ```ignore
/// #[gen::test]
/// fn an_hour_passes_at_once() -> gen::Result {
///     let hour = Duration::from_secs(3600);
///     yield_!(gen::sleep(hour))?;
///     let never = std::future::pending::<()>();
///     assert!(yield_!(gen::with_timeout(hour, never)).is_err());
///     Ok(())
/// }
/// ```
///
/// # When a test fails
///
/// A test fails if it panics or returns an error, and also:
///
/// | if | to declare it |
/// |---|---|
/// | it hangs: no task is ready, no timer runs, and no thread owes a wake | a thread that is to wake it holds a `gen::KeepAlive`, as in [The clock](#the-clock) |
/// | it has not ended within a day of virtual time, or within its `limit` | `limit = ".."` |
/// | the library has logged a lost error: a record of the target `gen` and the level `ERROR` | `gen::testing::expect_log("..")` in the body |
/// | a task is still alive at the end of the body | `leaks = "allowed"`; or wait for the task, or cancel it |
///
/// The message says where the body waits, and each task that is still there. It prints them as a
/// `gen::dump` does, and on tokio the yields, with their lines and their text. If the body panics
/// or returns an error, the test fails with that, and the lost errors are only printed.
///
/// Lost errors are heard on the thread of the test, whichever logger there is. When the body has
/// ended, tasks that are ready still run, but no time passes, and no thread is waited for. So a
/// task that waits for `gen::blocking` may count as left, if its thread is slow: wait for that task
/// in the body. With `leaks = "allowed"` no task runs after the body.
///
/// # The clock
///
/// Without the option `tokio` the test runs on an embedded loop with a `gen::VirtualClock`. When
/// nothing else is left to do, that clock moves to the next timer, so the test does not wait for
/// its timers. It stands still while `gen::blocking` runs a function, and while a thread holds a
/// `gen::KeepAlive`. If another thread or a socket is to wake the test, hold one, which
/// `gen::Remote::keep_alive` makes; otherwise the test counts as one that hangs. Or take the real
/// clock: write `#[gen::coroutine]` above `#[test]` in place of this attribute, and none of the
/// failures above is looked for.
///
/// A body that loops without waiting is not interrupted.
///
/// # The order
///
/// Tasks run in the order in which they were woken, as the loop promises, so every run of a test is
/// the same. A program that is to run on other executors too should not rely on that order. With
/// the option `shuffled` the tasks that are woken for the same turn run in an order that is drawn
/// from a seed. Callbacks and timers keep their order among themselves. Each run has another seed.
/// A test that fails prints it, with the command that repeats the run:
/// `GEN_TEST_SEED=1277664801 cargo test name`. `gen::testing::explore` tries many orders at once.
///
/// # Several cases
///
/// A test has no arguments, unless an attribute below this one passes them and makes the tests:
/// `#[rstest]` with its cases and fixtures, `#[test_case]`, `#[test_matrix]`, or, if there are
/// arguments, `#[apply]` of `rstest_reuse`.
///
/// ```ignore
/// #[gen::test]
/// #[rstest]
/// #[case(1, 2)]
/// #[case(20, 40)]
/// fn it_is_doubled(#[case] n: u32, #[case] doubled: u32) -> gen::Result {
///     assert_eq!(yield_!(double(n))?, doubled);
///     Ok(())
/// }
/// ```
///
/// # Options
///
/// - `limit = "10s"`: the test fails if its next timer is due later than so much time after its
///   beginning. The units are `ms`, `s`, `min`, `h` and `d`. `limit = "none"` is no limit.
/// - `shuffled`: the order of tasks is another one in each run, as [above](#the-order).
/// - `seed = N`: the same with that seed, such as the one of a failure. The variable
///   `GEN_TEST_SEED` overrides it.
/// - `leaks = "allowed"`: tasks that are alive at the end of the body, such as a server, are
///   dropped with the loop.
/// - `tokio`: the test runs on a new runtime of tokio, as with `#[gen::main(tokio)]`. The options
///   `flavor`, `worker_threads` and `start_paused` are those of [`macro@main`]. The default flavor
///   is `"current_thread"`, as with `#[tokio::test]`. The clock is tokio's, which is real unless
///   `start_paused = true` is given.
/// - `crate = path`: as with [`macro@coroutine`].
///
/// # On tokio
///
/// | | on the loop of gen | `tokio, start_paused = true` | `tokio` |
/// |---|---|---|---|
/// | a test that hangs | fails at once | fails with a `limit`, at once | fails with a `limit`, when that has passed |
/// | `limit` | of virtual time, by default a day | of tokio's clock, by default none | of real time, by default none |
/// | lost errors | of the thread of the test, so all | the same | the same; but with `"multi_thread"` tasks run on workers, which are other threads: their errors neither fail the test nor can be expected |
/// | tasks that are left | all tasks of the loop | those of `gen::spawn` and `gen::spawn_local`, not those of tokio; they have a second of tokio's clock to end | the same |
/// | `shuffled`, `seed` | yes | no | no |
///
/// A paused clock of tokio moves to the limit while the test waits for a socket or a thread.
#[proc_macro_attribute]
pub fn test(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(AttributeKind::Test, options.into(), item.into()).into()
}

/// Gives the yields of a body their frame: `unfinished!(runtime, frame, body)`.
///
/// Only the attributes emit it, for a body that an editor has replaced by a word: see
/// `pipeline/editor/unfinished.rs`.
#[doc(hidden)]
#[proc_macro]
pub fn unfinished(tokens: TokenStream) -> TokenStream {
    pipeline::editor::unfinished::expand(tokens.into()).into()
}

/// Returns its tokens. The attributes put it around all that they emit for a body that an editor
/// has replaced by a word.
#[doc(hidden)]
#[proc_macro]
pub fn verbatim(tokens: TokenStream) -> TokenStream {
    tokens
}
