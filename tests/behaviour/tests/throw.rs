//! Throwing: a coroutine that is resumed with an error receives it at the yield where it waits.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::future::{pending, poll_fn, ready, Future};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Barrier;
use std::task::{Context, Poll};

use behaviour::{Child, Children, Poller, Task};
use gen::{yield_, Coroutine, Error};

/// The words that the bodies of a test say, in order.
#[derive(Clone, Default)]
struct Journal(Rc<RefCell<Vec<String>>>);

impl Journal {
    fn say(&self, text: impl Into<String>) {
        self.0.borrow_mut().push(text.into());
    }

    fn take(&self) -> String {
        self.0.take().join(", ")
    }
}

fn text<T>(poll: Poll<gen::Result<T>>) -> Poll<Result<T, String>> {
    poll.map_err(|error| error.to_string())
}

fn failed<T>(text: &str) -> Poll<Result<T, String>> {
    Poll::Ready(Err(text.to_owned()))
}

/// Waits for one child.
#[gen::coroutine]
fn waits(child: Child) -> gen::Result<u32> {
    yield_!(child)
}

/// Waits for ever, and says which error arrived.
#[gen::coroutine]
fn stubborn(journal: Journal) -> gen::Result {
    loop {
        if let Err(error) = yield_!(pending::<()>()) {
            journal.say(format!("caught {error}"));
        }
    }
}

mod chains {
    use super::*;

    /// A coroutine that waits by `.await` has no yield that could take an error. Then the yield
    /// that waits for the coroutine takes it.
    #[test]
    fn a_coroutine_at_an_await_leaves_the_error_to_the_yield_that_waits_for_it() {
        #[gen::coroutine]
        fn awaits(child: Child) -> gen::Result<u32> {
            Ok(child.await?)
        }
        macro_rules! wait_for {
            ($future:expr) => {
                $future.await
            };
        }
        #[gen::coroutine]
        fn awaits_in_a_macro(child: Child) -> gen::Result<u32> {
            Ok(wait_for!(child)?)
        }
        #[gen::coroutine]
        fn yields(child: Child, hidden: bool, journal: Journal) -> gen::Result<u32> {
            let result = if hidden { yield_!(awaits_in_a_macro(child)) } else { yield_!(awaits(child)) };
            journal.say(format!("{result:?}").lines().next().unwrap_or_default());
            Ok(0)
        }
        for hidden in [false, true] {
            let (children, mut futures) = Children::of(1);
            let journal = Journal::default();
            let mut task = Task::new(yields(futures.remove(0), hidden, journal.clone()));
            assert!(task.poll().is_pending());
            assert!(task.throw("stop").is_ready(), "hidden: {hidden}");
            assert_eq!(journal.take(), "Err(stop");
            assert_eq!(task.left(), None);
            drop(children);
        }
    }

    /// Macros of the user's own that wait, under well-known names.
    mod own_macros {
        macro_rules! error {
            ($future:expr) => {
                [$future.await]
            };
        }
        pub(super) use {error, error as println, error as vec};
    }

    /// Otherwise the caller could not be stopped as long as the macro waits.
    #[test]
    fn a_macro_that_waits_may_have_any_name() {
        use own_macros::{error, println, vec};
        macro_rules! stops {
            ($($macro:tt)*) => {{
                #[gen::coroutine]
                fn awaits(child: Child) -> gen::Result<u32> {
                    let [result] = $($macro)* (child);
                    Ok(result?)
                }
                #[gen::coroutine]
                fn yields(child: Child) -> gen::Result<u32> {
                    yield_!(awaits(child))
                }
                let (_children, mut futures) = Children::of(1);
                let mut task = Task::new(yields(futures.remove(0)));
                assert!(task.poll().is_pending());
                assert_eq!(text(task.throw("stop")), failed("stop"), stringify!($($macro)*));
                assert_eq!(task.left(), None);
            }};
        }
        stops!(error!);
        stops!(println!);
        stops!(own_macros::println!);
        stops!(vec!);
    }

    /// Each level reports the error that passes it.
    #[gen::coroutine(boxed)]
    fn level(depth: usize, child: Child, journal: Journal) -> gen::Result<u32> {
        let result =
            if depth == 1 { yield_!(child) } else { yield_!(level(depth - 1, child, journal.clone())) };
        journal.say(format!("{depth} {}", if result.is_ok() { "ok" } else { "failed" }));
        result
    }

    /// Otherwise a cancellation would stop at the outermost function, and the inner ones would not
    /// clean up.
    #[test]
    fn an_error_goes_up_from_the_innermost_yield() {
        for depth in [1, 3, 10] {
            let (journal, (_, children)) = (Journal::default(), Children::of(1));
            let child = children.into_iter().next().unwrap();
            let mut task = Task::new(level(depth, child, journal.clone()));
            assert!(task.poll().is_pending());
            let Poll::Ready(Err(error)) = task.throw("stop") else { panic!("depth {depth}") };
            let way = (1..=depth).map(|depth| format!("{depth} failed")).collect::<Vec<_>>();
            assert_eq!(journal.take(), way.join(", "));
            assert_eq!((error.trace().len(), task.left()), (depth, None));
        }
    }

    #[gen::coroutine]
    fn innermost(child: Child, journal: Journal) -> gen::Result<u32> {
        let value = yield_!(child);
        journal.say("innermost");
        value
    }

    #[gen::coroutine]
    fn middle(child: Child, journal: Journal) -> gen::Result<u32> {
        match yield_!(innermost(child, journal.clone())) {
            Err(error) => {
                journal.say(format!("middle caught {error}"));
                Ok(0)
            }
            value => value,
        }
    }

    #[gen::coroutine]
    fn outermost(child: Child, journal: Journal) -> gen::Result<u32> {
        let value = yield_!(middle(child, journal.clone()))?;
        journal.say("outermost");
        Ok(value)
    }

    /// Otherwise an inner function could not handle the error and keep it from the functions around
    /// it.
    #[test]
    fn a_level_may_catch_it() {
        let (journal, (_, mut children)) = (Journal::default(), Children::of(1));
        let mut task = Task::new(outermost(children.remove(0), journal.clone()));
        assert!(task.poll().is_pending());
        assert_eq!(text(task.throw("stop")), Poll::Ready(Ok(0)));
        assert_eq!(journal.take(), "innermost, middle caught stop, outermost");
    }

    /// Otherwise an error would not reach the end of a chain that goes through boxes.
    #[test]
    fn boxes_and_options_are_links_of_a_chain() {
        #[gen::coroutine]
        fn through(child: Child) -> gen::Result<Option<u32>> {
            let boxed = gen::boxed(gen::LocalBoxCoroutine::new(inner(gen::BoxCoroutine::new(waits(child)))));
            yield_!(gen::multi(Some(boxed)))
        }
        #[gen::coroutine]
        fn inner(boxed: gen::BoxCoroutine<'static, gen::Result<u32>>) -> gen::Result<u32> {
            yield_!(gen::raw(boxed))?
        }
        let (_, mut children) = Children::of(1);
        let mut task = Task::new(through(children.remove(0)));
        assert!(task.poll().is_pending());
        let Poll::Ready(Err(error)) = task.throw("stop") else { panic!("the innermost takes it") };
        assert_eq!(error.trace().iter().map(gen::Site::function).collect::<Vec<_>>(), ["waits", "through"]);
    }

    /// Otherwise `resume` of a box, a pin or a reference would only poll the coroutine inside.
    #[test]
    fn a_coroutine_behind_a_pointer_can_be_resumed() {
        fn resumed(coroutine: impl Coroutine<Output = gen::Result<u32>>) -> Poll<Result<u32, String>> {
            let mut task = Task::new(coroutine);
            assert!(task.poll().is_pending());
            assert_eq!(task.coroutine.name(), "waits");
            assert!(task.coroutine.site().to_string().ends_with(" in waits"));
            text(task.throw("stop"))
        }
        let child = || Children::of(1).1.remove(0);
        assert_eq!(resumed(waits(child())), failed("stop"));
        assert_eq!(resumed(Box::pin(waits(child()))), failed("stop"));
        assert_eq!(resumed(Box::new(Box::pin(waits(child())))), failed("stop"));
        assert_eq!(resumed(pin!(waits(child()))), failed("stop"));
        assert_eq!(resumed(&mut pin!(waits(child()))), failed("stop"));
        assert_eq!(resumed(gen::BoxCoroutine::new(waits(child()))), failed("stop"));
        assert_eq!(resumed(gen::LocalBoxCoroutine::new(waits(child()))), failed("stop"));
    }

    #[test]
    fn nothing_thrown_is_a_poll() {
        let (children, mut futures) = Children::of(1);
        let mut task = Task::new(waits(futures.remove(0)));
        assert!(task.resume().is_pending());
        children.end(0, Ok(7));
        assert_eq!(text(task.resume()), Poll::Ready(Ok(7)));
    }
}

mod results {
    use super::*;

    #[gen::coroutine]
    fn two(first: Child, second: Child, journal: Journal) -> gen::Result<u32> {
        for child in [first, second] {
            match yield_!(child) {
                Ok(value) => journal.say(format!("got {value}")),
                Err(error) => journal.say(format!("caught {error}")),
            }
        }
        Ok(0)
    }

    fn start() -> (Children, Task<impl Coroutine<Output = gen::Result<u32>>>, Journal) {
        let (children, mut futures) = Children::of(2);
        let journal = Journal::default();
        let second = futures.remove(1);
        (children, Task::new(two(futures.remove(0), second, journal.clone())), journal)
    }

    /// Otherwise a cancellation would discard a result that has arrived.
    #[test]
    fn a_result_wins_and_the_next_yield_takes_the_error() {
        let (children, mut task, journal) = start();
        assert!(task.poll().is_pending());
        children.end(0, Ok(1));
        assert!(task.throw("stop").is_ready());
        assert_eq!(journal.take(), "got 1, caught stop");
        assert_eq!(children.polls(), "2 1", "the next yield is polled once before it takes the error");
        assert_eq!(task.left(), None);
    }

    #[test]
    fn an_error_as_a_result_wins_too() {
        let (children, mut task, journal) = start();
        assert!(task.poll().is_pending());
        children.end(0, Err("refused"));
        children.set(1, Ok(2));
        assert!(task.throw("stop").is_ready());
        assert_eq!(journal.take(), "caught refused, got 2");
        assert_eq!(task.left().as_deref(), Some("stop"), "the body has ended first");
    }

    /// Otherwise an error in flight would be lost without a report.
    #[test]
    fn an_error_that_nobody_took_is_still_there() {
        #[gen::coroutine]
        fn awaits(first: Child, second: Child) -> gen::Result<u32> {
            // This is not a yield, so it cannot take an error.
            let value = first.await?;
            Ok(yield_!(second)? + value)
        }
        let (children, mut futures) = Children::of(2);
        let second = futures.remove(1);
        let mut task = Task::new(awaits(futures.remove(0), second));
        assert!(task.poll().is_pending());
        assert!(task.throw("stop").is_pending());
        assert_eq!(task.left().as_deref(), Some("stop"));
        assert!(task.resume().is_pending(), "and waits");
        children.end(0, Ok(1));
        assert_eq!(text(task.resume()), failed("stop"));
        assert_eq!(task.left(), None);
    }

    #[test]
    fn a_cold_coroutine_starts_and_its_first_pending_yield_takes_the_error() {
        let (children, mut task, journal) = start();
        children.set(0, Ok(1));
        assert!(task.throw("stop").is_ready());
        assert_eq!(journal.take(), "got 1, caught stop");
        assert_eq!(children.polls(), "1 1");
    }

    /// Otherwise the body would go on while the future that it waited for still holds a lock or a
    /// connection.
    #[test]
    fn what_was_waited_for_is_dropped_before_the_body_goes_on() {
        #[gen::coroutine]
        fn looks(child: Child, children: Children) -> gen::Result<String> {
            let result = yield_!(child);
            assert!(result.is_err());
            Ok(children.drops())
        }
        let (children, mut futures) = Children::of(1);
        let mut task = Task::new(looks(futures.remove(0), children));
        assert!(task.poll().is_pending());
        assert_eq!(text(task.throw("stop")), Poll::Ready(Ok("1".to_owned())));
    }
}

mod going_on {
    use super::*;

    #[gen::coroutine]
    fn cleans_up(work: Child, cleanup: Child, journal: Journal) -> gen::Result<u32> {
        let Err(error) = yield_!(work) else { return Ok(0) };
        journal.say(format!("{error}: cleaning up"));
        match yield_!(cleanup) {
            Ok(_) => journal.say("clean"),
            Err(error) => journal.say(format!("{error}: not clean")),
        }
        Err(error)
    }

    fn start() -> (Children, Task<impl Coroutine<Output = gen::Result<u32>>>, Journal) {
        let (children, mut futures) = Children::of(2);
        let journal = Journal::default();
        let cleanup = futures.remove(1);
        let mut task = Task::new(cleans_up(futures.remove(0), cleanup, journal.clone()));
        assert!(task.poll().is_pending());
        (children, task, journal)
    }

    /// Otherwise a cancelled coroutine could not close its resources.
    #[test]
    fn a_body_may_yield_again_after_it_caught_the_error() {
        let (children, mut task, journal) = start();
        assert!(task.throw("stop").is_pending());
        assert_eq!((children.polls().as_str(), children.drops().as_str()), ("2 1", "1 0"));
        assert_eq!(task.left(), None, "one error is taken once, not by the next yield again");
        children.end(1, Ok(0));
        assert_eq!(text(task.poll()), failed("stop"));
        assert_eq!(journal.take(), "stop: cleaning up, clean");
    }

    /// Otherwise a second error could not stop a clean-up that hangs.
    #[test]
    fn t21_a_second_error_arrives_during_the_clean_up() {
        let (_, mut task, journal) = start();
        assert!(task.throw("stop").is_pending());
        assert_eq!(text(task.throw("at once")), failed("stop"));
        assert_eq!(journal.take(), "stop: cleaning up, at once: not clean");
    }

    #[test]
    fn t21_an_error_may_come_before_the_start() {
        let (children, mut futures) = Children::of(1);
        let mut task = Task::new(waits(futures.remove(0)));
        assert_eq!(text(task.throw("stop")), failed("stop"));
        assert_eq!((children.polls().as_str(), children.drops().as_str()), ("1", "1"));
    }

    #[test]
    fn t21_an_error_may_come_again_and_again() {
        let journal = Journal::default();
        let mut task = Task::new(stubborn(journal.clone()));
        for error in ["one", "two", "three"] {
            assert!(task.throw(error).is_pending());
            assert_eq!(task.left(), None);
        }
        assert_eq!(journal.take(), "caught one, caught two, caught three");
    }

    /// `poll` of an `async` block that has ended panics. So does this, and the error is not lost.
    #[test]
    fn a_finished_coroutine_panics_and_leaves_the_error() {
        #[gen::coroutine]
        fn nothing() {}

        let mut task = Task::new(nothing());
        assert!(task.poll().is_ready());
        task.thrown = Some(Error::new("late"));
        assert!(catch_unwind(AssertUnwindSafe(|| task.resume())).is_err());
        assert_eq!(task.left().as_deref(), Some("late"));
    }
}

/// `throw` reaches the end of a chain. At these groups, the yield that waits for the group takes
/// the error, and no child sees it.
mod boundaries {
    use super::*;

    /// Children that would report an error if they caught one.
    #[gen::coroutine]
    fn child(future: Child, journal: Journal) -> gen::Result<u32> {
        let result = yield_!(future);
        if let Err(error) = &result {
            journal.say(format!("a child caught {error}"));
        }
        result
    }

    macro_rules! boundary {
        ($name:ident, |$a:ident, $b:ident| $yieldable:expr) => {
            #[test]
            fn $name() {
                #[gen::coroutine]
                fn group($a: Child, $b: Child, journal: Journal) -> gen::Result<u32> {
                    let ($a, $b) = (child($a, journal.clone()), child($b, journal));
                    yield_!($yieldable)?;
                    Ok(0)
                }
                let (journal, (children, mut futures)) = (Journal::default(), Children::of(2));
                let second = futures.remove(1);
                let mut task = Task::new(group(futures.remove(0), second, journal.clone()));
                assert!(task.poll().is_pending());
                // A child goes on in the same poll in which the error is thrown.
                children.wake(0);
                let Poll::Ready(Err(error)) = task.throw("stop") else {
                    panic!("the group's yield takes it")
                };
                assert_eq!(error.trace().iter().map(gen::Site::function).collect::<Vec<_>>(), ["group"]);
                assert_eq!(journal.take(), "");
                assert_eq!(children.drops(), "1 1");
                assert_eq!(children.polls(), "2 1");
            }
        };
    }

    boundary!(a_list_is_one, |a, b| vec![a, b]);
    boundary!(an_array_is_one, |a, b| [a, b]);
    boundary!(a_map_is_one, |a, b| HashMap::from([(1, a)])
        .into_iter()
        .chain([(2, b)])
        .collect::<HashMap<_, _>>());
    boundary!(a_sorted_map_is_one, |a, b| BTreeMap::from([("a", a), ("b", b)]));
    boundary!(a_tuple_is_one, |a, b| (a, b));
    boundary!(multi_is_one, |a, b| gen::multi((a, b)));
    boundary!(a_list_in_an_option_is_one, |a, b| Some(vec![a, b]));

    /// Otherwise a list of one child, and a list in a list, would let an error through.
    #[test]
    fn even_a_list_of_one_list_of_one_is_a_boundary() {
        #[gen::coroutine]
        fn nested(future: Child, journal: Journal) -> gen::Result<Vec<[u32; 1]>> {
            yield_!(vec![[child(future, journal)]])
        }
        let (journal, (children, mut futures)) = (Journal::default(), Children::of(1));
        let mut task = Task::new(nested(futures.remove(0), journal.clone()));
        // The first poll of the group hides the error from the group too.
        assert!(task.throw("stop").is_ready());
        assert_eq!((journal.take().as_str(), children.drops().as_str()), ("", "1"));
    }

    /// Otherwise the error would have vanished after a group, or no yield would take it.
    #[test]
    fn the_error_is_visible_again_behind_a_group_that_is_ready() {
        #[gen::coroutine]
        fn then(first: Child, second: Child) -> gen::Result<u32> {
            let values = yield_!(vec![first])?;
            Ok(yield_!(second)? + values[0])
        }
        let (children, mut futures) = Children::of(2);
        children.set(0, Ok(1));
        let second = futures.remove(1);
        let mut task = Task::new(then(futures.remove(0), second));
        assert_eq!(text(task.throw("stop")), failed("stop"));
        assert_eq!(children.polls(), "1 1");
    }
}

mod foreign_polling {
    use super::*;
    use futures::stream::{FuturesUnordered, StreamExt};

    /// Polls a future with a waker of its own, like an executor inside of a body.
    async fn nested_executor<F: Future>(future: F) -> F::Output {
        let mut future = pin!(future);
        let poller = Poller::new();
        poll_fn(move |_| poller.poll(future.as_mut())).await
    }

    /// Otherwise a library that runs an executor of its own would receive errors that are meant for
    /// another coroutine.
    #[test]
    fn a_nested_executor_is_not_reached() {
        #[gen::coroutine]
        fn outer(journal: Journal) -> gen::Result {
            yield_!(nested_executor(stubborn(journal)))
        }
        let journal = Journal::default();
        let mut task = Task::new(outer(journal.clone()));
        assert!(task.poll().is_pending());
        assert_eq!(text(task.throw("stop")), failed("stop"));
        assert_eq!(journal.take(), "");
    }

    /// The same for an executor that is called between two yields.
    #[test]
    fn an_executor_that_a_body_calls_is_not_reached() {
        #[gen::coroutine]
        fn outer(journal: Journal) -> gen::Result {
            let mut inner = Box::pin(stubborn(journal.clone()));
            assert!(Poller::new().poll(inner.as_mut()).is_pending());
            journal.say("called");
            yield_!(inner)
        }
        let journal = Journal::default();
        let mut task = Task::new(outer(journal.clone()));
        assert!(task.throw("stop").is_pending());
        assert_eq!(journal.take(), "called, caught stop");
    }

    /// Otherwise it would be random which of two joined futures is cancelled.
    #[test]
    fn the_first_pending_coroutine_of_a_join_takes_the_error() {
        #[gen::coroutine]
        fn joins(a: Child, b: Child, c: Child) -> gen::Result<String> {
            let (a, b, c) = futures::join!(waits(a), waits(b), async { yield_!(waits(c)) });
            Ok(format!("{} {} {}", a?, b.unwrap_err(), c?))
        }
        let (children, mut futures) = Children::of(3);
        let (c, b) = (futures.remove(2), futures.remove(1));
        let mut task = Task::new(joins(futures.remove(0), b, c));
        assert!(task.poll().is_pending());
        children.end(0, Ok(1));
        assert!(task.throw("stop").is_pending());
        assert_eq!((children.drops().as_str(), task.left()), ("1 1 0", None));
        children.end(2, Ok(3));
        assert_eq!(text(task.poll()), Poll::Ready(Ok("1 stop 3".to_owned())));
    }

    #[test]
    fn the_first_pending_coroutine_of_a_select_takes_the_error() {
        #[gen::coroutine]
        fn selects(a: Child, b: Child) -> gen::Result<u32> {
            let (mut a, mut b) =
                (pin!(futures::FutureExt::fuse(waits(a))), pin!(futures::FutureExt::fuse(waits(b))));
            futures::select_biased! {
                a = a => a,
                b = b => b,
            }
        }
        let (children, mut futures) = Children::of(2);
        let b = futures.remove(1);
        let mut task = Task::new(selects(futures.remove(0), b));
        assert!(task.poll().is_pending());
        let Poll::Ready(Err(error)) = task.throw("stop") else { panic!("the first takes it") };
        assert_eq!(error.trace().len(), 1);
        assert_eq!(children.drops(), "1 1");
    }

    /// The children of a `FuturesUnordered` have wakers of their own, so the yield that waits for
    /// them takes the error.
    #[test]
    fn a_futures_unordered_is_a_leaf() {
        #[gen::coroutine]
        fn collects(a: Journal, b: Journal) -> gen::Result<bool> {
            let mut all: FuturesUnordered<_> = [stubborn(a), stubborn(b)].into_iter().collect();
            let first = yield_!(all.next());
            Ok(first.is_err() && all.len() == 2)
        }
        let (a, b) = (Journal::default(), Journal::default());
        let mut task = Task::new(collects(a.clone(), b.clone()));
        assert!(task.poll().is_pending());
        assert_eq!(text(task.throw("stop")), Poll::Ready(Ok(true)));
        assert_eq!((a.take(), b.take()), (String::new(), String::new()));
    }
}

mod the_slot {
    use super::*;

    /// Resumes a coroutine with an error of its own, inside the poll of another coroutine.
    async fn resumes<C: Coroutine>(coroutine: C, error: &'static str) -> (Option<C::Output>, Option<String>) {
        let mut coroutine = pin!(coroutine);
        poll_fn(move |cx: &mut Context<'_>| {
            let mut thrown = Some(Error::new(error));
            let output = match coroutine.as_mut().resume(cx, &mut thrown) {
                Poll::Ready(output) => Some(output),
                Poll::Pending => None,
            };
            Poll::Ready((output, thrown.map(|error| error.to_string())))
        })
        .await
    }

    /// Otherwise two errors in flight on one thread would be mixed up.
    #[test]
    fn an_error_that_is_thrown_inside_another_ones_flight_is_its_own() {
        #[gen::coroutine]
        fn outer(journal: Journal) -> gen::Result {
            let (_, left) = resumes(stubborn(journal.clone()), "inner").await;
            journal.say(format!("left {left:?}"));
            let (output, left) = resumes(async_ready(), "unused").await;
            journal.say(format!("{output:?}, left {left:?}"));
            yield_!(pending::<()>())
        }
        #[gen::coroutine]
        fn async_ready() -> u8 {
            yield_!(ready(7)).unwrap_or_default()
        }
        let journal = Journal::default();
        let mut task = Task::new(outer(journal.clone()));
        assert_eq!(text(task.throw("outer")), failed("outer"));
        assert_eq!(journal.take(), "caught inner, left None, Some(7), left Some(\"unused\")");
    }

    /// Otherwise, after a panic, the next coroutine on the thread would receive an error that was
    /// meant for the one that panicked.
    #[test]
    fn a_panic_while_an_error_is_in_flight_leaves_nothing_behind() {
        #[gen::coroutine]
        fn panics(child: Child) -> gen::Result<u32> {
            yield_!(child)
        }
        let (children, mut futures) = Children::of(1);
        children.on_poll(0, |_| panic!("the future panics"));
        let mut task = Task::new(panics(futures.remove(0)));
        task.thrown = Some(Error::new("stop"));
        assert!(catch_unwind(AssertUnwindSafe(|| task.resume())).is_err());
        assert_eq!(task.left().as_deref(), Some("stop"), "the error is still its caller's");

        // The waker is the same, so that only the slot itself can separate the two.
        let (_, mut futures) = Children::of(1);
        let mut next = Task::new(waits(futures.remove(0)));
        next.poller = task.poller;
        assert!(next.poll().is_pending());
        assert_eq!(text(next.throw("again")), failed("again"));
    }

    /// The same in a group, which hides the error from its children.
    #[test]
    fn a_panic_in_a_group_leaves_the_error_to_those_around_it() {
        #[gen::coroutine]
        fn outer(child: Child) -> gen::Result {
            let panicked = yield_!(vec![child]).unwrap_err();
            assert!(panicked.is::<gen::Panicked>(), "the group was ready, and wins over the error");
            yield_!(pending::<()>())
        }
        let (children, mut futures) = Children::of(1);
        children.on_poll(0, |_| panic!("the child panics"));
        let mut task = Task::new(outer(futures.remove(0)));
        assert_eq!(text(task.throw("stop")), failed("stop"));
        assert_eq!(task.left(), None);
    }

    /// Otherwise a cancellation on one thread would reach a task on another.
    #[test]
    fn two_threads_may_throw_at_once() {
        #[gen::coroutine]
        fn meeting(meet: &Barrier) -> gen::Result {
            // All three threads are in the middle of their poll, with both errors in flight.
            meet.wait();
            let result = yield_!(pending::<()>());
            meet.wait();
            result
        }
        let meet = Barrier::new(3);
        let run = &|error: Option<&'static str>| {
            let mut task = Task::new(meeting(&meet));
            task.thrown = error.map(Error::new);
            let polled = task.resume();
            if polled.is_pending() {
                meet.wait();
            }
            text(polled)
        };
        std::thread::scope(|scope| {
            let threads = [Some("one"), Some("two"), None].map(|error| scope.spawn(move || run(error)));
            let outcomes = threads.map(|thread| thread.join().expect("the thread ends"));
            assert_eq!(outcomes, [failed("one"), failed("two"), Poll::Pending]);
        });
    }
}
