//! Keys of callbacks: the code that may run in their `Debug`, `Hash`, `Eq` and drop, and how often
//! these are called. The conformance tests have the behaviour of keys that Tornado has too.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::hash::{Hash, Hasher};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::{pin, Pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use behaviour::{logged, run_to_result, Count, Guard, PanicsInDrop, Poller};
use gen::{
    yield_, Callable, Callback, Forget, KeyReuseError, LeakedCallbackError, Runner, UnknownKeyError, Wait,
    WaitAll, YieldPoint,
};

thread_local! {
    static PRINTED: Cell<usize> = const { Cell::new(0) };
}

/// A key that counts how often it is printed.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Counted(usize);

impl fmt::Debug for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        PRINTED.set(PRINTED.get() + 1);
        write!(f, "key {}", self.0)
    }
}

/// The number of keys that `act` prints.
fn printed<R>(act: impl FnOnce() -> R) -> (R, usize) {
    PRINTED.set(0);
    (act(), PRINTED.get())
}

const MANY: usize = 10_000;
/// The number of keys that the text of an error may name.
const FEW: usize = 8;

/// Registers many keys, and then goes on as `then` says.
#[gen::coroutine]
fn registers(count: usize, then: Result<bool, &'static str>) -> gen::Result {
    let _callables = yield_!((0..count).map(|key| Callback::<u8>::new(Counted(key))).collect::<Vec<_>>())?;
    match then {
        Ok(true) => yield_!(std::future::pending::<()>()),
        Ok(false) => Ok(()),
        Err(text) => Err(gen::Error::new(text)),
    }
}

/// Otherwise a server would format texts that no code reads, whenever a request is dropped or
/// fails.
#[test]
fn a_call_that_is_dropped_or_fails_prints_no_keys() {
    let ((), count) = printed(|| {
        let mut body = Box::pin(registers(MANY, Ok(true)));
        assert!(Poller::new().poll(body.as_mut()).is_pending());
    });
    assert_eq!(count, 0, "dropped");
    let (result, count) = printed(|| run_to_result(registers(MANY, Err("its own"))));
    assert_eq!((result.unwrap_err().to_string(), count), ("its own".to_owned(), 0));
}

/// Otherwise a leak of very many keys would be a text of megabytes, formatted even if no code reads
/// it.
#[test]
fn a_leak_prints_a_few_of_its_keys_when_it_is_read() {
    let (error, count) = printed(|| run_to_result(registers(MANY, Ok(false))).unwrap_err());
    assert_eq!(count, 0);
    let leaked = error.downcast_ref::<LeakedCallbackError>().expect("a leak");
    assert_eq!(leaked.keys().len(), MANY);
    let (text, count) = printed(|| leaked.to_string());
    assert!(count <= FEW, "{count}");
    assert!(text.contains(": key 0 (registered at ") && text.ends_with(" and 9992 more"), "{text}");
    let (_, count) = printed(|| (format!("{leaked:?}"), format!("{error:?}"), leaked.to_string()));
    assert!(count <= FEW, "{count}");
    // Each of them can be asked for, and is printed once.
    let (text, count) = printed(|| (leaked.keys()[9_000].key(), leaked.keys()[9_000].key()));
    assert_eq!((text, count), (("key 9000", "key 9000"), 1));
}

/// Otherwise a body that waits for a key that may be missing would print all pending keys.
#[test]
fn a_key_that_is_not_pending_prints_a_few_of_those_that_are() {
    #[gen::coroutine]
    fn body() -> gen::Result<gen::Error> {
        let keys = (0..MANY).map(|key| Callback::<u8>::new(Counted(key)));
        let _callables = yield_!(keys.collect::<Vec<_>>())?;
        let (error, count) = (yield_!(Wait::<u8>::new("key 7")).unwrap_err(), PRINTED.get());
        assert_eq!(count, 0);
        Err(error)
    }
    let (error, count) = printed(|| run_to_result(body()).unwrap_err());
    assert!(error.is::<UnknownKeyError>());
    assert_eq!(count, 0);
    let (text, count) = printed(|| error.to_string());
    assert_eq!(text, "the key \"key 7\" is not pending");
    assert!(count <= FEW, "{count}");
}

/// Otherwise each error that is caught at its yield would cost a text.
#[test]
fn other_errors_print_their_key_when_they_are_read() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let key = || Counted(1);
        let _callable = yield_!(Callback::<u8>::new(key()))?;
        let errors = [
            yield_!(Callback::<u8>::new(key())).map(drop),
            yield_!(Wait::<u16>::new(key())).map(drop),
            yield_!(WaitAll::<u16>::new([key()])).map(drop),
        ];
        drop(yield_!(Callback::<u8>::new(Counted(2)))?);
        let dropped = yield_!(Wait::<u8>::new(Counted(2))).unwrap_err();
        assert_eq!(PRINTED.get(), 0);
        for (printed, error) in (1..).zip(errors.map(Result::unwrap_err).iter().chain([&dropped])) {
            assert!(error.to_string().contains("key "), "{error}");
            assert_eq!((error.to_string().is_empty(), PRINTED.get()), (false, printed));
        }
        yield_!(Forget::new(key()))
    }
    let (result, _) = printed(|| run_to_result(body()));
    result.unwrap();
}

/// A key that cannot be printed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Unprintable(u8);

impl fmt::Debug for Unprintable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("in `Debug` of a key");
    }
}

/// Otherwise the process would be aborted, because of two panics at once.
#[test]
fn a_body_that_panics_with_a_key_that_cannot_be_printed() {
    #[gen::coroutine]
    fn body(in_a_block: bool) -> gen::Result {
        if in_a_block {
            let block = async {
                let _callable = yield_!(Callback::<u8>::new(Unprintable(1)))?;
                assert!(!in_a_block, "in the block");
                Ok::<_, gen::Error>(())
            };
            return yield_!(block);
        }
        let _callable = yield_!(Callback::<u8>::new(Unprintable(1)))?;
        panic!("in the body");
    }
    for in_a_block in [false, true] {
        let (panicked, _) = logged(|| {
            let mut body = Box::pin(body(in_a_block));
            catch_unwind(AssertUnwindSafe(|| Poller::new().poll(body.as_mut()).is_ready()))
        });
        let payload = panicked.unwrap_err();
        let text = payload.downcast_ref::<&str>().expect("a text");
        assert!(text.starts_with("in the b"), "{text}");
    }
}

/// Otherwise the error that names such a key would panic, and the keys beside it would be lost.
#[test]
fn an_error_that_names_a_key_that_cannot_be_printed() {
    const KEY: &str = "(a `keys::Unprintable` whose `Debug` panics)";
    #[gen::coroutine]
    fn body() -> gen::Result {
        let _callables =
            (yield_!(Callback::<u8>::new(Unprintable(1)))?, yield_!(Callback::<u8>::new("beside"))?);
        let reused = yield_!(Callback::<u8>::new(Unprintable(1))).unwrap_err();
        assert_eq!(reused.downcast_ref::<KeyReuseError>().map(KeyReuseError::key), Some(KEY));
        let unknown = yield_!(Wait::<u8>::new(Unprintable(2))).unwrap_err();
        assert_eq!(unknown.to_string(), format!("the key {KEY} is not pending"));
        // A pending key is compared with the key that is asked for.
        let unknown = yield_!(Wait::<u8>::new("unknown")).unwrap_err();
        assert_eq!(unknown.to_string(), "the key \"unknown\" is not pending");
        Ok(())
    }
    let text = run_to_result(body()).unwrap_err().to_string();
    assert!(text.contains(&format!(": {KEY} (registered at ")) && text.contains(", \"beside\" (registered"));
}

thread_local! {
    static ASKED: RefCell<Option<Runner>> = const { RefCell::new(None) };
}

/// A key whose `Hash`, `Eq` and drop use another key of the call.
struct Asks(u8);

impl Asks {
    fn ask() {
        if let Some(runner) = ASKED.take() {
            assert!(!runner.is_ready(&"other").expect("it is pending"));
            assert!(runner.register_callback::<u8>("other").is_err());
            ASKED.set(Some(runner));
        }
    }
}

impl PartialEq for Asks {
    fn eq(&self, other: &Self) -> bool {
        Asks::ask();
        self.0 == other.0
    }
}

impl Eq for Asks {}

impl Hash for Asks {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Asks::ask();
        // All have the same hash, so that they are compared.
        0.hash(state);
    }
}

impl fmt::Debug for Asks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Asks::ask();
        write!(f, "asks {}", self.0)
    }
}

impl Drop for Asks {
    fn drop(&mut self) {
        Asks::ask();
    }
}

/// Stores the runner where the keys find it.
struct Keeps;

impl YieldPoint for Keeps {
    type Output = ();
    fn start(&mut self, runner: &Runner) -> gen::Result {
        ASKED.set(Some(runner.clone()));
        Ok(())
    }
    fn is_ready(&mut self, _: &Runner) -> gen::Result<bool> {
        Ok(true)
    }
    fn get_result(&mut self, _: &Runner) -> gen::Result {
        Ok(())
    }
}

/// Otherwise a key that looks for other keys, in a cache for instance, would deadlock.
#[test]
fn a_key_may_ask_about_the_keys_of_its_call() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<u8>> {
        yield_!(Callback::<u8>::new("other"))?;
        yield_!(Keeps)?;
        for key in 0..4 {
            yield_!(Callback::<u8>::new(Asks(key)))?.call(key);
        }
        assert!(yield_!(Callback::<u8>::new(Asks(2))).unwrap_err().is::<KeyReuseError>());
        let unknown = yield_!(Wait::<u8>::new(Asks(9))).unwrap_err();
        assert_eq!(unknown.to_string(), "the key asks 9 is not pending");
        let mut values = vec![yield_!(Wait::<u8>::new(Asks(2)))?];
        yield_!(Forget::new(Asks(1)))?;
        values.extend(yield_!(WaitAll::<u8>::new([Asks(3), Asks(0)]))?);
        ASKED.set(None);
        yield_!(Forget::new("other"))?;
        Ok(values)
    }
    assert_eq!(run_to_result(body()).unwrap(), [2, 3, 0]);
}

/// A waker that panics when it is woken.
struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        panic!("in a waker");
    }
}

/// Waits until a key has its value, and does not take it.
struct Until(&'static str);

impl YieldPoint for Until {
    type Output = ();
    fn start(&mut self, _: &Runner) -> gen::Result {
        Ok(())
    }
    fn is_ready(&mut self, runner: &Runner) -> gen::Result<bool> {
        runner.is_ready(&self.0)
    }
    fn get_result(&mut self, _: &Runner) -> gen::Result {
        Ok(())
    }
}

/// Otherwise a point that waits behind one whose waker panics would not be woken.
#[test]
fn a_waker_that_panics_keeps_no_other_point_from_being_woken() {
    #[gen::coroutine]
    fn body(give: Arc<std::sync::Mutex<Option<Callable<u8>>>>) -> gen::Result<u8> {
        *give.lock().unwrap() = Some(yield_!(Callback::<u8>::new("k"))?);
        let ((), value) = yield_!((Until("k"), Wait::<u8>::new("k")))?;
        Ok(value)
    }
    let give = Arc::default();
    let mut body = pin!(body(Arc::clone(&give)));
    let panics = Waker::from(Arc::new(Panics));
    assert!(body.as_mut().poll(&mut Context::from_waker(&panics)).is_pending());
    let callable = give.lock().unwrap().take().expect("it was given");
    let ((), lines) = logged(|| callable.call(7));
    assert_eq!(lines, ["ERROR gen: a waker panicked: in a waker"]);
    assert!(matches!(Poller::new().poll(body.as_mut()), Poll::Ready(Ok(7))));
}

/// Otherwise the wake-up would be lost if a value panics when it is dropped.
#[test]
fn a_value_whose_drop_panics_keeps_nobody_waiting() {
    struct Bomb(bool);
    impl Drop for Bomb {
        fn drop(&mut self) {
            assert!(!self.0, "in the drop of a value");
        }
    }
    /// Waits for the second value of a key.
    struct Second(u8);
    impl YieldPoint for Second {
        type Output = Bomb;
        fn start(&mut self, _: &Runner) -> gen::Result {
            Ok(())
        }
        fn is_ready(&mut self, runner: &Runner) -> gen::Result<bool> {
            self.0 += 1;
            Ok(runner.is_ready(&"k")? && self.0 > 2)
        }
        fn get_result(&mut self, runner: &Runner) -> gen::Result<Bomb> {
            runner.pop_result(&"k")
        }
    }
    #[gen::coroutine]
    fn body(give: Arc<std::sync::Mutex<Option<Callable<Bomb>>>>) -> gen::Result<bool> {
        *give.lock().unwrap() = Some(yield_!(Callback::<Bomb>::new("k"))?);
        Ok(yield_!(Second(0))?.0)
    }
    let give = Arc::default();
    let mut body: Pin<Box<dyn Future<Output = _>>> = Box::pin(body(Arc::clone(&give)));
    let poller = Poller::new();
    assert!(poller.poll(Pin::new(&mut body)).is_pending());
    let callable = give.lock().unwrap().take().expect("it was given");
    callable.call(Bomb(true));
    assert_eq!(poller.wakes(), 1);
    assert!(poller.poll(Pin::new(&mut body)).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| callable.call(Bomb(false)))).is_err());
    assert_eq!(poller.wakes(), 1);
    assert!(matches!(poller.poll(Pin::new(&mut body)), Poll::Ready(Ok(false))));
}

/// Waits for one of two keys, and tries to take the value of the second before it is there.
struct TakesTooEarly;

impl YieldPoint for TakesTooEarly {
    type Output = u8;
    fn start(&mut self, _: &Runner) -> gen::Result {
        Ok(())
    }
    fn is_ready(&mut self, runner: &Runner) -> gen::Result<bool> {
        let is_ready = runner.is_ready(&"a")? | runner.is_ready(&"b")?;
        if !is_ready {
            // The first one is for a value of another type.
            assert!(runner.pop_result::<u16>(&"b").is_err());
            assert!(runner.pop_result::<u8>(&"b").is_err());
        }
        Ok(is_ready)
    }
    fn get_result(&mut self, runner: &Runner) -> gen::Result<u8> {
        runner.forget_callback(&"a")?;
        runner.pop_result(&"b")
    }
}

/// Otherwise a point that looks for a value before it waits would sleep for ever.
#[test]
fn a_value_that_was_asked_for_too_early_wakes_the_point() {
    #[gen::coroutine]
    fn body(give: Arc<std::sync::Mutex<Option<Callable<u8>>>>) -> gen::Result<u8> {
        let _other = yield_!(Callback::<u8>::new("a"))?;
        *give.lock().unwrap() = Some(yield_!(Callback::<u8>::new("b"))?);
        yield_!(TakesTooEarly)
    }
    let give = Arc::default();
    let mut body = pin!(body(Arc::clone(&give)));
    let poller = Poller::new();
    assert!(poller.poll(body.as_mut()).is_pending());
    let callable = give.lock().unwrap().take().expect("it was given");
    callable.call(7);
    assert_eq!(poller.wakes(), 1);
    assert!(matches!(poller.poll(body.as_mut()), Poll::Ready(Ok(7))));
}

/// A point that gives up the key "k", registers it again, and stores a value.
struct Renews;

impl YieldPoint for Renews {
    type Output = ();
    fn start(&mut self, runner: &Runner) -> gen::Result {
        runner.forget_callback(&"k")?;
        runner.register_callback::<u8>("k")?;
        runner.set_result(&"k", 7_u8)
    }
    fn is_ready(&mut self, _: &Runner) -> gen::Result<bool> {
        Ok(true)
    }
    fn get_result(&mut self, _: &Runner) -> gen::Result {
        Ok(())
    }
}

/// A wait looks its key up once, but the key may be registered again before the value comes.
#[test]
fn a_key_that_is_renewed_meanwhile_brings_the_value_to_the_wait() {
    #[gen::coroutine]
    fn body() -> gen::Result<(u8, Vec<u8>)> {
        let _first = yield_!(Callback::<u8>::new("k"))?;
        let (one, ()) = yield_!((Wait::<u8>::new("k"), Renews))?;
        let _second = yield_!(Callback::<u8>::new("k"))?;
        let (all, ()) = yield_!((WaitAll::<u8>::new(["k"]), Renews))?;
        Ok((one, all))
    }
    assert_eq!(run_to_result(body()).unwrap(), (7, vec![7]));
}

/// Few keys are kept in another form than many.
#[test]
fn keys_are_found_whatever_their_number_is() {
    #[gen::coroutine]
    fn body(count: usize) -> gen::Result<Vec<usize>> {
        let mut seen = Vec::new();
        for _ in 0..2 {
            for key in 0..count {
                yield_!(Callback::<usize>::new(Counted(key)))?.call(key);
            }
            assert!(yield_!(Callback::<usize>::new(Counted(0))).unwrap_err().is::<KeyReuseError>());
            for key in (1..count).step_by(2) {
                seen.push(yield_!(Wait::<usize>::new(Counted(key)))?);
            }
            let even = (0..count).step_by(2).map(Counted);
            seen.extend(yield_!(WaitAll::<usize>::new(even))?);
            assert!(yield_!(Wait::<usize>::new(Counted(0))).unwrap_err().is::<UnknownKeyError>());
        }
        seen.sort_unstable();
        Ok(seen)
    }
    for count in [1, 7, 8, 9, 10, 30] {
        let twice: Vec<_> = (0..count).flat_map(|key| [key, key]).collect();
        assert_eq!(run_to_result(body(count)).unwrap(), twice, "{count} keys");
    }
}

/// The error of a list names the first key that is wrong.
#[test]
fn a_key_that_is_listed_twice_is_named_before_a_later_one_that_is_unknown() {
    #[gen::coroutine]
    fn named(keys: Vec<&'static str>) -> gen::Result<String> {
        yield_!(Callback::<u8>::new("a"))?.call(1);
        let error = yield_!(WaitAll::<u8>::new(keys)).unwrap_err();
        yield_!(Forget::new("a"))?;
        Ok(error.downcast_ref::<UnknownKeyError>().expect("a key is unknown").key().to_owned())
    }
    assert_eq!(run_to_result(named(vec!["a", "a", "b"])).unwrap(), "\"a\"");
    assert_eq!(run_to_result(named(vec!["a", "b", "a"])).unwrap(), "\"b\"");
}

/// A point that gives up the key "b", and stores a value under "c".
struct GivesUpOne;

impl YieldPoint for GivesUpOne {
    type Output = ();
    fn start(&mut self, runner: &Runner) -> gen::Result {
        runner.forget_callback(&"b")?;
        runner.set_result(&"c", 3_u8)
    }
    fn is_ready(&mut self, _: &Runner) -> gen::Result<bool> {
        Ok(true)
    }
    fn get_result(&mut self, _: &Runner) -> gen::Result {
        Ok(())
    }
}

/// Otherwise the values of the other keys would be lost with the wait.
#[test]
fn a_wait_for_many_keys_takes_no_value_if_one_of_them_was_given_up_meanwhile() {
    #[gen::coroutine]
    fn body() -> gen::Result<[u8; 2]> {
        yield_!(Callback::<u8>::new("a"))?.call(1);
        yield_!(Callback::<u8>::new("b"))?.call(2);
        let _third = yield_!(Callback::<u8>::new("c"))?;
        let error = yield_!((WaitAll::<u8>::new(["a", "b", "c"]), GivesUpOne)).unwrap_err();
        assert_eq!(error.downcast_ref::<UnknownKeyError>().expect("it is unknown").key(), "\"b\"");
        Ok([yield_!(Wait::<u8>::new("a"))?, yield_!(Wait::<u8>::new("c"))?])
    }
    assert_eq!(run_to_result(body()).unwrap(), [1, 3]);
}

/// Otherwise a callable that is kept would keep the values of a call that has ended.
#[test]
fn a_value_whose_drop_panics_at_the_end_of_a_call_keeps_no_other_key_open() {
    #[gen::coroutine]
    fn body(give: Arc<std::sync::Mutex<Option<Callable<Guard>>>>) -> gen::Result {
        yield_!(Callback::<PanicsInDrop>::new("panics"))?.call(PanicsInDrop);
        *give.lock().unwrap() = Some(yield_!(Callback::<Guard>::new("other"))?);
        yield_!(std::future::pending::<()>())
    }
    let give = Arc::default();
    let mut body = Box::pin(body(Arc::clone(&give)));
    assert!(Poller::new().poll(body.as_mut()).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| drop(body))).is_err());
    let callable = give.lock().unwrap().take().expect("it was given");
    let drops = Count::default();
    callable.call(Guard(drops.clone()));
    assert_eq!(drops.get(), 1, "nobody can take the value");
}

/// Otherwise the second panic would come while the first one unwinds, and abort the process.
#[test]
fn several_values_whose_drops_panic_at_the_end_of_a_call_end_it_with_one_panic() {
    struct AlwaysPanics;
    impl Drop for AlwaysPanics {
        fn drop(&mut self) {
            panic!("in a drop");
        }
    }
    #[gen::coroutine]
    fn body() -> gen::Result {
        for key in ["a", "b", "c"] {
            yield_!(Callback::<AlwaysPanics>::new(key))?.call(AlwaysPanics);
        }
        yield_!(std::future::pending::<()>())
    }
    let mut body = Box::pin(body());
    assert!(Poller::new().poll(body.as_mut()).is_pending());
    let (ended, lines) = logged(|| catch_unwind(AssertUnwindSafe(|| drop(body))));
    assert!(ended.is_err());
    let contained = lines.iter().filter(|line| line.contains("the drop of a value panicked"));
    assert_eq!(contained.count(), 2, "{lines:#?}");
}
