//! T17: `#[tracing::instrument]`, above or below ours, does the same for a coroutine as for an
//! `async fn`. A span with its fields is entered and left around each poll of the body, and the
//! output of the body becomes an event.

use std::cell::RefCell;
use std::fmt::Debug;
use std::future::Future;
use std::pin::pin;

use gen::{yield_, Coroutine};
use macro_behaviour::{later, poll};
use tracing::field::{Field, Visit};
use tracing::{span, Event, Level, Metadata, Subscriber};

thread_local! {
    /// The log.
    static LOG: RefCell<String> = const { RefCell::new(String::new()) };
    /// The spans that were made, by their number, and the spans that are entered.
    static NAMES: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
    static ENTERED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

fn log(text: impl AsRef<str>) {
    LOG.with_borrow_mut(|log| log.push_str(text.as_ref()));
}

/// A subscriber that logs spans and events up to its level: `new(INFO f n=1)`, `<f` and `f>` for
/// enter and exit, `(INFO message=text in f)`, `closed`.
struct Recorder {
    level: Level,
}

struct Fields;

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        log(format!(" {field}={value:?}"));
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let name = attributes.metadata().name();
        log(format!("new({} {name}", attributes.metadata().level()));
        attributes.record(&mut Fields);
        log(") ");
        NAMES.with_borrow_mut(|names| {
            names.push(name);
            span::Id::from_u64(names.len() as u64)
        })
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        log("record(");
        values.record(&mut Fields);
        log(") ");
    }

    fn record_follows_from(&self, span: &span::Id, cause: &span::Id) {
        log(format!("{} follows {} ", name(span), name(cause)));
    }

    fn event(&self, event: &Event<'_>) {
        log(format!("({}", event.metadata().level()));
        event.record(&mut Fields);
        let within = ENTERED.with_borrow(|entered| entered.last().copied());
        log(format!(" in {}) ", within.unwrap_or("nothing")));
    }

    fn enter(&self, span: &span::Id) {
        log(format!("<{} ", name(span)));
        ENTERED.with_borrow_mut(|entered| entered.push(name(span)));
    }

    fn exit(&self, span: &span::Id) {
        log(format!("{}> ", name(span)));
        assert_eq!(ENTERED.with_borrow_mut(Vec::pop), Some(name(span)));
    }

    fn try_close(&self, _: span::Id) -> bool {
        log("closed ");
        true
    }
}

fn name(span: &span::Id) -> &'static str {
    let position = usize::try_from(span.into_u64()).unwrap() - 1;
    NAMES.with_borrow(|names| names[position])
}

fn recorded<T>(level: Level, run: impl FnOnce() -> T) -> (T, String) {
    LOG.take();
    let output = tracing::subscriber::with_default(Recorder { level }, run);
    assert_eq!(ENTERED.take().len(), 0, "each span that is entered is left");
    (output, LOG.take())
}

/// Polls a future to its end. After each poll other code makes an event.
fn log_of<F: Future>(level: Level, make: impl FnOnce() -> F) -> (F::Output, String) {
    recorded(level, || {
        let mut future = pin!(make());
        for _ in 0..10 {
            if let std::task::Poll::Ready(output) = poll(future.as_mut()) {
                return output;
            }
            tracing::info!("elsewhere");
        }
        panic!("it does not end")
    })
}

/// One function in three forms: as an `async fn`, and as a coroutine with the attribute below and
/// above ours. Each must log the same.
macro_rules! same {
    (
        $test:ident, [$($instrument:tt)*],
        fn $name:ident($($argument:pat_param in $value:expr => $ty:ty),*) -> $output:ty, $wait:ident, $body:block,
        $expected:expr
    ) => {
        #[test]
        fn $test() {
            #[allow(unused_braces)]
            mod model {
                #[allow(unused_imports)]
                use super::*;
                #[tracing::instrument $($instrument)*]
                pub(super) async fn $name($($argument: $ty),*) -> $output {
                    #[allow(unused_macros)]
                    macro_rules! $wait { ($e:expr) => { $e.await } }
                    $body
                }
            }
            #[allow(unused_braces)]
            mod below {
                #[allow(unused_imports)]
                use super::*;
                #[gen::coroutine]
                #[tracing::instrument $($instrument)*]
                pub(super) fn $name($($argument: $ty),*) -> $output {
                    #[allow(unused_macros)]
                    macro_rules! $wait { ($e:expr) => { yield_!($e).unwrap() } }
                    $body
                }
            }
            #[allow(unused_braces)]
            mod above {
                #[allow(unused_imports)]
                use super::*;
                #[tracing::instrument $($instrument)*]
                #[gen::coroutine]
                pub(super) fn $name($($argument: $ty),*) -> $output {
                    #[allow(unused_macros)]
                    macro_rules! $wait { ($e:expr) => { yield_!($e).unwrap() } }
                    $body
                }
            }
            for level in [Level::TRACE, Level::WARN, Level::ERROR] {
                let (output, model) = log_of(level, || model::$name($($value),*));
                let (output, model) = (format!("{output:?}"), model);
                let (below, log_below) = log_of(level, || below::$name($($value),*));
                assert_eq!((format!("{below:?}"), log_below), (output.clone(), model.clone()), "below, {level}");
                let (above, log_above) = log_of(level, || above::$name($($value),*));
                assert_eq!((format!("{above:?}"), log_above), (output, model.clone()), "above, {level}");
                if level == Level::TRACE {
                    assert_eq!(model.trim_end(), $expected);
                }
            }
        }
    };
}

fn halved(n: u32) -> gen::Result<u32> {
    if n % 2 == 0 {
        Ok(n / 2)
    } else {
        Err(gen::Error::new("odd"))
    }
}

same! {
    t17_a_span_is_entered_and_left_around_each_poll, [],
    fn plain(n in 1 => u32) -> u32, wait, {
        tracing::info!("before");
        let more = wait!(later(1));
        tracing::info!("after");
        n + more
    },
    "new(INFO plain n=1) <plain (INFO message=before in plain) plain> (INFO message=elsewhere in nothing) \
     <plain (INFO message=after in plain) plain> <plain plain> closed"
}

same! {
    t17_arguments_are_skipped, [(skip(secret))],
    fn skips(n in 1 => u32, secret in "s" => &str) -> usize, wait, { wait!(later(n)) as usize + secret.len() },
    "new(INFO skips n=1) <skips skips> (INFO message=elsewhere in nothing) <skips skips> <skips skips> closed"
}

same! {
    t17_all_arguments_are_skipped, [(skip_all)],
    fn skips_all(n in 1 => u32, _ in "s" => &str) -> u32, wait, { wait!(later(n)) },
    "new(INFO skips_all) <skips_all skips_all> (INFO message=elsewhere in nothing) <skips_all skips_all> <skips_all skips_all> closed"
}

same! {
    t17_fields_are_made_of_arguments, [(fields(double = n * 2, len = list.len(), text = %text))],
    fn fields(n in 3 => u32, list in &[1, 2] => &[u8], text in String::from("t") => String) -> u32, wait, {
        drop(text);
        wait!(later(n)) + u32::from(list[0])
    },
    "new(INFO fields n=3 list=[1, 2] double=6 len=2 text=t) <fields fields> (INFO message=elsewhere in nothing) <fields fields> <fields fields> closed"
}

same! {
    t17_a_field_is_recorded_later, [(fields(found))],
    fn records(n in 3 => u32) -> u32, wait, {
        let found = wait!(later(n));
        tracing::Span::current().record("found", found);
        found
    },
    "new(INFO records n=3) <records records> (INFO message=elsewhere in nothing) <records records> <records records> closed"
}

same! {
    t17_an_error_is_logged, [(err)],
    fn fails(n in 3 => u32) -> gen::Result<u32>, wait, { Ok(halved(wait!(later(n)))? + 1) },
    "new(INFO fails n=3) <fails fails> (INFO message=elsewhere in nothing) <fails (ERROR error=odd in fails) fails> <fails fails> closed"
}

same! {
    t17_an_error_is_logged_that_is_returned_early, [(err(Debug, level = "warn"))],
    fn returns_early(n in 3 => u32) -> Result<u32, String>, wait, {
        if n == 3 {
            return Err(String::from("three"));
        }
        Ok(wait!(later(n)))
    },
    "new(INFO returns_early n=3) <returns_early (WARN error=\"three\" in returns_early) returns_early> <returns_early returns_early> closed"
}

same! {
    t17_what_is_returned_is_logged, [(ret)],
    fn gives(n in 4 => u32) -> u32, wait, { wait!(later(n)) },
    "new(INFO gives n=4) <gives gives> (INFO message=elsewhere in nothing) <gives (INFO return=4 in gives) gives> <gives gives> closed"
}

same! {
    t17_what_is_returned_is_logged_as_it_is_displayed, [(ret(Display, level = "warn"), level = "debug")],
    fn displays(n in 4 => u32) -> String, wait, { format!("<{}>", wait!(later(n))) },
    "new(DEBUG displays n=4) <displays displays> (INFO message=elsewhere in nothing) <displays (WARN return=<4> in displays) displays> <displays displays> closed"
}

same! {
    t17_both_are_logged, [(err, ret)],
    fn both(n in 4 => u32) -> gen::Result<u32>, wait, { halved(wait!(later(n))) },
    "new(INFO both n=4) <both both> (INFO message=elsewhere in nothing) <both (INFO return=2 in both) both> <both both> closed"
}

same! {
    t17_a_level_and_a_name_are_kept, [(level = "warn", name = "another", target = "t")],
    fn named(n in 1 => u32) -> u32, wait, { wait!(later(n)) },
    "new(WARN another n=1) <another another> (INFO message=elsewhere in nothing) <another another> <another another> closed"
}

same! {
    t17_patterns_are_fields, [],
    fn patterns((a, b) in (1, 2) => (u32, u32), [first, ..] in [3, 4] => [u32; 2], mut n in 5 => u32) -> u32, wait, {
        n += wait!(later(a));
        n + b + first
    },
    "new(INFO patterns a=1 b=2 n=5) <patterns patterns> (INFO message=elsewhere in nothing) <patterns patterns> <patterns patterns> closed"
}

same! {
    t17_a_span_has_a_parent_and_a_cause, [(parent = None, follows_from = [tracing::info_span!("cause")])],
    fn follows() -> u32, wait, { wait!(later(1)) },
    "new(INFO follows) new(INFO cause) closed follows follows cause <follows follows> (INFO message=elsewhere in nothing) <follows follows> <follows follows> closed"
}

mod renamed {
    pub(super) use tracing::instrument;
}

#[renamed::instrument]
#[gen::co]
fn by_another_path_above(n: u32) -> u32 {
    yield_!(later(n)).unwrap()
}

#[gen::co]
#[renamed::instrument]
fn by_another_path_below(n: u32) -> u32 {
    yield_!(later(n)).unwrap()
}

#[gen::co]
#[cfg_attr(not(any()), tracing::instrument(name = "configured"))]
/// Documented.
#[must_use = "it is"]
fn configured(n: u32) -> u32 {
    yield_!(later(n)).unwrap()
}

#[test]
fn t17_the_attribute_is_found_by_its_name() {
    for (output, log) in [
        log_of(Level::INFO, || by_another_path_above(1)),
        log_of(Level::INFO, || by_another_path_below(1)),
        log_of(Level::INFO, || configured(1)),
    ] {
        assert_eq!(output, 1);
        assert_eq!(log.matches('<').count(), 3, "{log}");
        assert!(log.contains("> (INFO message=elsewhere in nothing) <"), "{log}");
    }
}

#[gen::coroutine]
#[tracing::instrument(skip_all)]
fn first() -> u32 {
    tracing::info!("of the first");
    yield_!(second()).unwrap() + yield_!(later(1)).unwrap()
}

#[tracing::instrument]
#[gen::coroutine]
fn second() -> u32 {
    let n = yield_!(later(1)).unwrap();
    tracing::info!("of the second");
    n
}

/// Coroutines that wait at the same time must not enter each other's spans.
#[test]
fn t17_each_event_is_in_the_span_of_its_own_coroutine() {
    let (_, log) = recorded(Level::INFO, || {
        let (mut left, mut right) = (pin!(first()), pin!(second()));
        for _ in 0..2 {
            let _ = poll(left.as_mut());
            let _ = poll(right.as_mut());
        }
        assert!(poll(left.as_mut()).is_ready());
    });
    let events: Vec<&str> =
        log.match_indices("(INFO message").map(|(at, _)| log[at..].split(')').next().unwrap()).collect();
    assert_eq!(
        events,
        [
            "(INFO message=of the first in first",
            "(INFO message=of the second in second",
            "(INFO message=of the second in second"
        ]
    );
}

#[derive(Debug)]
struct Shop {
    stock: u32,
}

trait Sells {
    fn sells(&mut self, n: u32) -> impl Coroutine<Output = gen::Result<u32>>;
    #[gen::coroutine]
    #[tracing::instrument(skip(self))]
    fn provided(&self, n: u32) -> gen::Result<u32> {
        yield_!(later(n))
    }
}

impl Sells for Shop {
    #[gen::coroutine]
    #[tracing::instrument(skip(self), fields(stock = self.stock), ret)]
    fn sells(&mut self, n: u32) -> gen::Result<u32> {
        self.stock -= yield_!(later(n))?;
        Ok(self.stock)
    }
}

impl Shop {
    #[tracing::instrument(skip(self))]
    #[gen::coroutine(boxed)]
    fn counts<'a, T: Debug + Send + Sync>(&'a self, depth: u32, what: &'a T) -> gen::Result<u32> {
        Ok(if depth == 0 { yield_!(later(self.stock))? } else { yield_!(self.counts(depth - 1, what))? + 1 })
    }
}

#[test]
fn t17_methods_and_options_are_instrumented() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let mut shop = Shop { stock: 7 };
    let (_, log) = log_of(Level::INFO, || shop.sells(2));
    assert!(
        log.starts_with("new(INFO sells n=2 stock=7) <sells sells> (INFO message=elsewhere in nothing)"),
        "{log}"
    );
    assert!(log.contains("<sells (INFO return=Ok(5) in sells) sells>"), "{log}");
    let (output, log) = log_of(Level::INFO, || is_send(shop.counts(1, &"tea")));
    assert_eq!(output.unwrap(), 6);
    assert!(
        log.starts_with("new(INFO counts depth=1 what=\"tea\") <counts new(INFO counts depth=0"),
        "{log}"
    );
    let (_, log) = log_of(Level::INFO, || is_send(shop.provided(2)));
    assert_eq!(log.matches("<provided").count(), 3, "{log}");
    let object: &dyn Erased = &shop;
    let (output, log) = log_of(Level::INFO, || object.erased(1));
    assert_eq!(output.unwrap(), 6);
    assert!(log.starts_with("new(WARN erased self=Shop { stock: 5 } n=1) <erased erased> (INFO"), "{log}");
}

trait Erased {
    #[gen::coroutine(dyn)]
    fn erased(&self, n: u32) -> gen::Result<u32>;
}

impl Erased for Shop {
    #[gen::coroutine(dyn)]
    #[tracing::instrument(level = "warn")]
    fn erased(&self, n: u32) -> gen::Result<u32> {
        Ok(yield_!(later(self.stock))? + n)
    }
}

#[gen::coroutine]
#[tracing::instrument]
fn leaks() -> gen::Result {
    yield_!(gen::Callback::<u32>::new("key")).map(drop)
}

#[tracing::instrument(err)]
#[gen::coroutine]
fn waits_for_its_own() -> gen::Result<u32> {
    let done = yield_!(gen::Callback::<u32>::new("key"))?;
    done.call(5);
    yield_!(gen::Wait::<u32>::new("key"))
}

#[tracing::instrument(err)]
#[gen::coroutine(returns)]
fn returned_by_a_helper() -> gen::Result<u32> {
    yield_!(later(1))?;
    Err(gen::Error::new(gen::Return(5_u32)))
}

#[gen::engine]
#[tracing::instrument(ret)]
fn engine(n: u32) -> gen::Result {
    yield_!(gen::moment())?;
    tracing::info!("in the engine {n}");
    Ok(())
}

#[gen::main]
#[tracing::instrument]
fn runs_itself() -> gen::Result<u32> {
    yield_!(gen::moment())?;
    Ok(3)
}

/// The span is around the body and within the call. So keys belong to the call, and a `gen::Return`
/// is not an error.
#[test]
fn t17_an_instrumented_call_is_a_call() {
    let (output, _) = log_of(Level::INFO, leaks);
    assert!(output.unwrap_err().is::<gen::LeakedCallbackError>());
    let (output, log) = log_of(Level::INFO, waits_for_its_own);
    assert_eq!(output.unwrap(), 5, "{log}");
    let (output, log) = log_of(Level::INFO, returned_by_a_helper);
    assert_eq!(output.unwrap(), 5);
    assert!(!log.contains("ERROR"), "{log}");
    let (_, log) = recorded(Level::INFO, || {
        gen::run_sync(gen::ok(async {
            engine(1).unwrap();
            tracing::info!("elsewhere");
            gen::moment().await.unwrap();
            gen::moment().await.unwrap();
        }))
    });
    assert!(log.contains("(INFO message=elsewhere in nothing) "), "{log}");
    assert!(
        log.contains(
            "<engine (INFO message=in the engine 1 in engine) (INFO return=Ok(()) in engine) engine>"
        ),
        "{log}"
    );
    let (output, log) = recorded(Level::INFO, runs_itself);
    assert_eq!((output.unwrap(), log.matches("<runs_itself").count()), (3, 3), "{log}");
}

#[tracing::instrument]
#[gen::coroutine]
fn is_told() -> String {
    match yield_!(std::future::pending::<()>()) {
        Err(error) => error.to_string(),
        Ok(()) => String::new(),
    }
}

#[gen::coroutine]
fn waits_for_one_that_is_told() -> gen::Result<String> {
    yield_!(is_told())
}

/// A coroutine that yields an instrumented one leaves it to the yields in that one to take a thrown
/// error.
#[test]
fn t17_an_error_reaches_the_yield_in_the_span() {
    let (output, log) = recorded(Level::INFO, || {
        gen::run_sync(async {
            let task = gen::spawn_local(waits_for_one_that_is_told());
            task.throw("told");
            task.await
        })
    });
    assert_eq!(output.unwrap(), "told");
    assert!(log.starts_with("new(INFO is_told) <is_told is_told> <is_told is_told>"), "{log}");
}
