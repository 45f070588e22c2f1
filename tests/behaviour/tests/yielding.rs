//! The values that may be yielded, and their results. A `Result` whose error can be thrown is
//! opened. Any other output is given unchanged.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::{pending, ready, Future, IntoFuture, Ready};
use std::marker::PhantomData;
use std::num::ParseIntError;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use behaviour::{Child, Children, Task};
use gen::modes::Flat;
use gen::{yield_, Frame, FrameKind, Yieldable};

fn run<R>(coroutine: impl gen::Coroutine<Output = R>) -> R {
    Task::new(coroutine).run()
}

mod modes {
    use super::*;

    #[gen::coroutine]
    fn opened(text: &str) -> gen::Result<(u8, String)> {
        let number: u8 = yield_!(ready(text.parse::<u8>()))?;
        let name: &str = yield_!(ready("name"))?;
        Ok((number, name.to_owned()))
    }

    /// Otherwise each yield would need two question marks, or an error would be ignored without a
    /// warning.
    #[test]
    fn a_result_is_opened_and_anything_else_is_given_as_it_is() {
        assert_eq!(run(opened("7")).unwrap(), (7, "name".to_owned()));
        assert!(run(opened("x")).unwrap_err().is::<ParseIntError>());
    }

    #[gen::coroutine]
    fn given() -> gen::Result<String> {
        let none: Option<u8> = yield_!(ready(None))?;
        let unit: () = yield_!(ready(()))?;
        let nested: Vec<Result<u8, u8>> = yield_!(ready(vec![Ok(1), Err(2)]))?;
        let tuple: (u8, Result<u8, u8>) = yield_!(ready((1, Err(2))))?;
        Ok(format!("{none:?} {unit:?} {nested:?} {tuple:?}"))
    }

    /// Only an output that *is* a `Result` is opened.
    #[test]
    fn outputs_that_are_no_result_are_not_looked_into() {
        assert_eq!(run(given()).unwrap(), "None () [Ok(1), Err(2)] (1, Err(2))");
    }

    /// Otherwise an error that is not a `std::error::Error`, such as that of a channel's `send`,
    /// could not be examined.
    #[test]
    fn raw_hands_over_any_result_untouched() {
        struct NoError;

        #[gen::coroutine]
        fn raw() -> gen::Result<(bool, bool, usize)> {
            let one: Result<u8, NoError> = yield_!(gen::raw(ready(Err(NoError))))?;
            let opened: Result<u8, ParseIntError> = yield_!(gen::raw(ready("x".parse::<u8>())))?;
            let many: Vec<Result<u8, NoError>> = yield_!(gen::raw(vec![ready(Err(NoError)), ready(Ok(2))]))?;
            Ok((one.is_err(), opened.is_err(), many.len()))
        }
        assert_eq!(run(raw()).unwrap(), (true, true, 2));
    }

    /// Otherwise an inner and an outer `Result` could not be distinguished.
    #[test]
    fn ok_makes_a_result_of_anything() {
        #[gen::coroutine]
        fn ok() -> gen::Result<(u8, Result<u8, u8>)> {
            Ok((yield_!(gen::ok(ready(7)))?, yield_!(gen::ok(ready(Err(8))))?))
        }
        assert_eq!(run(ok()).unwrap(), (7, Err(8)));
    }

    /// A coroutine's own result is opened like any other.
    #[test]
    fn a_coroutine_that_returns_no_result_cannot_fail() {
        #[gen::coroutine]
        fn seven() -> u8 {
            7
        }
        #[gen::coroutine]
        fn outer() -> gen::Result<u8> {
            yield_!(seven())
        }
        assert_eq!(run(outer()).unwrap(), 7);
    }

    #[test]
    fn an_option_is_resolved_if_there_is_something() {
        #[gen::coroutine]
        fn maybe(yieldable: Option<Ready<Result<u8, ParseIntError>>>) -> gen::Result<Option<u8>> {
            yield_!(yieldable)
        }
        assert_eq!(run(maybe(None)).unwrap(), None);
        assert_eq!(run(maybe(Some(ready(Ok(7))))).unwrap(), Some(7));
        assert!(run(maybe(Some(ready("x".parse())))).is_err());
    }

    /// As a child of a list: its panic is its failure, and it is dropped once.
    #[test]
    fn t19_an_option_that_panics_has_failed() {
        #[gen::coroutine]
        fn maybe(child: Option<Child>) -> gen::Result<Option<u32>> {
            yield_!(child)
        }
        let (children, mut futures) = Children::of(1);
        children.on_poll(0, |_| panic!("the child panics"));
        let error = run(maybe(futures.pop())).unwrap_err();
        assert_eq!(error.downcast_ref::<gen::Panicked>().unwrap().message(), "the child panics");
        assert_eq!(children.drops(), "1");
    }
}

mod tuples {
    use super::*;

    /// A tuple that is written out may mix elements that can fail with elements that cannot.
    #[test]
    fn elements_of_a_literal_tuple_are_opened_one_by_one() {
        #[gen::coroutine]
        fn mixed(
            text: &str,
        ) -> gen::Result<(u8, &'static str, Option<u8>, Result<u8, ParseIntError>, Vec<u8>)> {
            yield_!((
                ready(text.parse::<u8>()),
                ready("infallible"),
                Some(ready(3)),
                gen::raw(ready("x".parse::<u8>())),
                vec![ready("4".parse::<u8>())],
            ))
        }
        let (number, text, option, raw, list) = run(mixed("1")).unwrap();
        assert_eq!((number, text, option, raw.is_err(), list), (1, "infallible", Some(3), true, vec![4]));
        assert!(run(mixed("y")).unwrap_err().is::<ParseIntError>());
    }

    /// Any other tuple is opened if all of its elements can fail, and otherwise given unchanged.
    #[test]
    fn a_tuple_that_is_a_value_is_opened_whole_or_not_at_all() {
        #[gen::coroutine]
        fn values() -> gen::Result<(bool, bool)> {
            let fallible = (ready("1".parse::<u8>()), ready("2".parse::<u16>()));
            let (one, two): (u8, u16) = yield_!(fallible)?;
            let infallible = (ready(1_u8), ready("text"));
            let (three, text): (u8, &str) = yield_!(infallible)?;
            Ok((u16::from(one) + two == 3, three == 1 && text == "text"))
        }
        assert_eq!(run(values()).unwrap(), (true, true));
    }

    /// Otherwise the elements would be evaluated in another order than they are written.
    #[test]
    fn all_elements_are_evaluated_in_order_before_any_is_started() {
        #[gen::coroutine]
        fn order(log: &RefCell<Vec<&'static str>>) -> gen::Result<((), ())> {
            let element = |name: &'static str, run: &'static str| {
                log.borrow_mut().push(name);
                async move { log.borrow_mut().push(run) }
            };
            yield_!((element("make a", "run a"), element("make b", "run b")))
        }
        let log = RefCell::default();
        run(order(&log)).unwrap();
        assert_eq!(log.take(), ["make a", "make b", "run a", "run b"]);
    }

    #[test]
    fn a_parenthesised_expression_is_no_tuple() {
        #[gen::coroutine]
        fn one() -> gen::Result<(u8, u8)> {
            let one: u8 = yield_!((ready(1)))?;
            let tuple: (u8,) = yield_!((ready(1),))?;
            Ok((one, tuple.0))
        }
        assert_eq!(run(one()).unwrap(), (1, 1));
    }
}

mod boxes {
    use super::*;

    /// Otherwise requests of different types could not be in one list.
    #[test]
    fn a_list_may_hold_different_yieldables() {
        #[gen::coroutine]
        fn seven() -> gen::Result<u32> {
            Ok(7)
        }
        #[gen::coroutine]
        fn list(fails: bool) -> gen::Result<Vec<u32>> {
            let local = Cell::new(1);
            let mut list = vec![
                gen::boxed(seven()),
                gen::boxed(ready("8".parse::<u32>())),
                gen::boxed(gen::ok(async { local.get() })),
                gen::boxed(async { Err::<u32, _>("a text").or(Ok::<u32, String>(9)) }),
            ];
            if fails {
                list.push(gen::boxed(ready(Err("a text"))));
            }
            yield_!(list)
        }
        assert_eq!(run(list(false)).unwrap(), [7, 8, 1, 9]);
        assert_eq!(run(list(true)).unwrap_err().to_string(), "a text");
    }

    #[test]
    fn a_boxed_yieldable_may_be_send() {
        #[gen::coroutine(send)]
        fn list() -> gen::Result<HashMap<&'static str, u32>> {
            yield_!(HashMap::from([
                ("a", gen::boxed_send(ready("1".parse::<u32>()))),
                ("b", gen::boxed_send(gen::ok(ready(2)))),
            ]))
        }
        assert_eq!(run(list()).unwrap(), HashMap::from([("a", 1), ("b", 2)]));
    }

    #[test]
    fn boxes_and_pins_of_futures_are_futures() {
        #[gen::coroutine]
        fn boxes(child: Child) -> gen::Result<u32> {
            let dynamic: Pin<Box<dyn Future<Output = Result<u32, ParseIntError>>>> =
                Box::pin(ready("1".parse()));
            let mut child = child;
            let by_reference: u32 = yield_!(&mut child)?;
            Ok(yield_!(dynamic)? + yield_!(Box::pin(async { 2 }))? + by_reference)
        }
        let (children, mut futures) = Children::of(1);
        children.set(0, Ok(4));
        assert_eq!(run(boxes(futures.remove(0))).unwrap(), 7);
    }
}

mod types_of_the_user {
    use super::*;

    struct Query(&'static str);

    impl IntoFuture for Query {
        type Output = Result<usize, std::fmt::Error>;
        type IntoFuture = Ready<Self::Output>;

        fn into_future(self) -> Self::IntoFuture {
            ready(if self.0.is_empty() { Err(std::fmt::Error) } else { Ok(self.0.len()) })
        }
    }

    /// Otherwise a client's request builder would have to be turned into a future by hand.
    #[test]
    fn into_future_is_enough() {
        #[gen::coroutine]
        fn queries() -> gen::Result<usize> {
            let one = yield_!(Query("a"))?;
            let (two, three) = yield_!((Query("bb"), gen::boxed(Query("ccc"))))?;
            let list: Vec<usize> = yield_!(vec![Query("dddd")])?;
            let map: HashMap<u8, usize> = yield_!(HashMap::from([(0, Query("eeeee"))]))?;
            let raw: Result<usize, std::fmt::Error> = yield_!(gen::raw(Query("")))?;
            assert!(raw.is_err());
            Ok(one + two + three + list[0] + map[&0])
        }
        assert_eq!(run(queries()).unwrap(), 15);
    }

    /// A container of the user's: two rows, side by side.
    struct Pair<T>(T, T);

    /// Its kind, which contains the kind of the elements.
    struct Paired<M>(PhantomData<M>);

    impl<Y, M, Mode, K> Yieldable<Paired<M>, Mode, K> for Pair<Y>
    where
        Y: Yieldable<M, Mode, K>,
        K: FrameKind,
    {
        type Output = Pair<Y::Output>;
        type Pending = PairPending<<(Y, Y) as Yieldable<(M, M), Mode, K>>::Pending>;

        fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
            PairPending { both: Box::pin((self.0, self.1).into_pending(frame)) }
        }
    }

    struct PairPending<P> {
        both: Pin<Box<P>>,
    }

    impl<P, T> Future for PairPending<P>
    where
        P: Future<Output = gen::Result<(T, T)>>,
    {
        type Output = gen::Result<Pair<T>>;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            self.both.as_mut().poll(cx).map_ok(|(a, b)| Pair(a, b))
        }
    }

    /// Otherwise a container of the user's would work alone, but not inside others, or with
    /// `gen::raw`.
    #[test]
    fn a_container_may_be_implemented() {
        #[gen::coroutine]
        fn pairs() -> gen::Result<Vec<u32>> {
            let plain: Pair<u32> = yield_!(Pair(ready(1), ready(2)))?;
            let opened: Pair<u32> = yield_!(Pair(ready("3".parse::<u32>()), ready("4".parse::<u32>())))?;
            let raw: Pair<Result<u32, ParseIntError>> =
                yield_!(gen::raw(Pair(ready("5".parse::<u32>()), ready("x".parse::<u32>()))))?;
            let nested: Vec<Pair<Vec<u32>>> = yield_!(vec![Pair(vec![ready(6)], vec![ready(7)])])?;
            let multi: Pair<(u32, u32)> =
                yield_!(gen::multi(Pair((ready(8), ready(9)), (ready(10), ready(11)))))?;
            assert!(raw.1.is_err());
            Ok(vec![plain.1, opened.1, raw.0?, nested[0].1[0], multi.1 .1])
        }
        assert_eq!(run(pairs()).unwrap(), [2, 4, 5, 7, 11]);
    }

    #[test]
    fn a_container_of_the_users_raises_errors_as_the_others_do() {
        #[gen::coroutine]
        fn pair() -> gen::Result<()> {
            yield_!(vec![Pair(ready("1".parse::<u32>()), ready("x".parse::<u32>()))]).map(drop)
        }
        assert!(run(pair()).unwrap_err().is::<ParseIntError>());
    }

    /// The combinator from the guide. It takes anything that can be yielded, and creates it for
    /// each try.
    #[gen::coroutine]
    fn retry<Y, M>(times: usize, mut attempt: impl FnMut() -> Y) -> gen::Result<Y::Output>
    where
        Y: Yieldable<M, Flat>,
    {
        for _ in 1..times {
            if let Ok(value) = yield_!(attempt()) {
                return Ok(value);
            }
        }
        yield_!(attempt())
    }

    #[test]
    fn a_combinator_takes_anything_yieldable() {
        let calls = Cell::new(0);
        let parse = |text: &'static str| {
            calls.set(calls.get() + 1);
            ready(if calls.get() < 3 { Err("not yet".to_owned()) } else { Ok(text.len()) })
        };
        assert_eq!(run(retry(3, || parse("abc"))).unwrap(), 3);
        calls.set(0);
        assert_eq!(run(retry(3, || vec![parse("abc")])).unwrap(), [3]);
        calls.set(0);
        assert_eq!(run(retry(1, || (parse("abc"), Query("d")))).unwrap_err().to_string(), "not yet");
        assert_eq!(run(retry(1, || gen::multi([gen::ok(ready(7))]))).unwrap(), [7]);
    }
}

mod expressions {
    use super::*;

    /// As with `.await`, temporaries that the expression borrows from live until the end of the
    /// statement.
    #[test]
    fn temporaries_live_to_the_end_of_the_statement() {
        struct Guard<'a>(&'a Cell<bool>);
        impl Guard<'_> {
            fn wait(&self) -> Ready<u8> {
                ready(1)
            }
        }
        impl Drop for Guard<'_> {
            fn drop(&mut self) {
                self.0.set(true);
            }
        }
        #[gen::coroutine]
        fn look(dropped: &Cell<bool>) -> gen::Result<bool> {
            let during = (yield_!(Guard(dropped).wait())?, dropped.get()).1;
            Ok(!during && dropped.get())
        }
        assert!(run(look(&Cell::new(false))).unwrap());
    }

    #[test]
    fn t04_a_yield_may_stand_in_a_yield() {
        #[gen::coroutine]
        fn number() -> gen::Result<u8> {
            Ok(7)
        }
        #[gen::coroutine]
        fn nested() -> gen::Result<u8> {
            let address = async || number();
            yield_!(yield_!(yield_!(ready(address()))?)?)
        }
        #[gen::coroutine]
        fn in_a_tuple() -> gen::Result<(u8, u8)> {
            yield_!((ready(yield_!(number())?), ready(yield_!(ready("8".parse::<u8>()))?)))
        }
        assert_eq!(run(nested()).unwrap(), 7);
        assert_eq!(run(in_a_tuple()).unwrap(), (7, 8));
    }

    /// An empty list of a known type is valid.
    #[test]
    fn t05_an_empty_list_is_yielded_when_its_type_is_known() {
        #[gen::coroutine]
        fn empty() -> gen::Result<usize> {
            let list: Vec<u8> = yield_!(Vec::<Ready<u8>>::new())?;
            let fallible: Vec<u8> = yield_!(Vec::<Ready<Result<u8, ParseIntError>>>::new())?;
            Ok(list.len() + fallible.len())
        }
        assert_eq!(run(empty()).unwrap(), 0);
    }

    /// A yield is a `Result` that must be used. Otherwise an error could be ignored without a
    /// warning.
    #[test]
    fn t12_a_yield_is_a_result_even_of_what_cannot_fail() {
        #[gen::coroutine]
        fn result() -> bool {
            let result: gen::Result<u8> = yield_!(ready(7));
            result.is_ok()
        }
        assert!(run(result()));
    }

    /// Otherwise the yielded value and its result would live until the coroutine ends.
    #[test]
    fn what_was_yielded_is_dropped_when_the_yield_ends() {
        #[gen::coroutine]
        fn drops(list: Vec<Child>, held: Arc<()>) -> gen::Result<usize> {
            yield_!(list)?;
            let pinned = Arc::clone(&held);
            yield_!(async move { drop(pinned) })?;
            let count = Arc::strong_count(&held);
            yield_!(pending::<()>()).map(|()| count)
        }
        let (children, futures) = Children::of(2);
        let held = Arc::new(());
        let mut task = Task::new(drops(futures, Arc::clone(&held)));
        assert!(task.poll().is_pending());
        children.end(0, Ok(0));
        children.end(1, Ok(0));
        assert!(task.poll().is_pending());
        assert_eq!(children.drops(), "1 1");
        assert_eq!(Arc::strong_count(&held), 2);
    }

    /// A coroutine is a future like any other.
    #[test]
    fn a_coroutine_may_be_awaited_in_an_async_block() {
        #[gen::coroutine]
        fn number() -> gen::Result<u8> {
            yield_!(ready(7))
        }
        let block = async { number().await.unwrap() + 1 };
        assert_eq!(futures::executor::block_on(block), 8);
    }

    #[test]
    fn multi_is_a_future_outside_of_a_coroutine() {
        let parts = gen::multi(vec![ready("1".parse::<u8>()), ready("2".parse::<u8>())]);
        assert_eq!(futures::executor::block_on(parts.join()).unwrap(), [1, 2]);
    }
}
