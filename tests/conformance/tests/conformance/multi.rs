//! `multi`: GenEngineTest.test_multi*, and rules 15 to 22 of the semantics.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::future::{poll_fn, ready, Future};
use std::pin::Pin;
use std::rc::Rc;

use behaviour::{in_seconds, needs, now, seconds, since, spawn, Order};
use gen::{yield_, Callback, Wait};

use super::{after_turns, run, run_logged, soon, Fault};

/// The results have the order of the list, whichever is ready first.
#[test]
fn multi_future_delayed() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<u32>> {
        yield_!(vec![after_turns(3, Ok(1)), after_turns(1, Ok(2))])
    }
    assert_eq!(run_logged(body()).0.unwrap(), [1, 2]);
}

/// The same with a map.
#[test]
fn multi_future_dict_delayed() {
    #[gen::coroutine]
    fn body() -> gen::Result<HashMap<&'static str, u32>> {
        yield_!(HashMap::from([("foo", after_turns(3, Ok(1))), ("bar", after_turns(1, Ok(2)))]))
    }
    assert_eq!(run_logged(body()).0.unwrap(), HashMap::from([("foo", 1), ("bar", 2)]));
}

/// An empty list and an empty map keep their types, and the body goes on in place.
#[test]
fn multi_empty() {
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        let list: Vec<u32> = yield_!(Vec::<std::future::Ready<gen::Result<u32>>>::new())?;
        let map: BTreeMap<u8, u32> = yield_!(BTreeMap::<u8, std::future::Ready<gen::Result<u32>>>::new())?;
        order.push(format_args!("{}{} ", list.len(), map.len()));
        Ok(())
    }
    let order = Order::new();
    let inner = order.clone();
    run_logged(async move {
        let started = spawn(body(inner.clone()));
        inner.push("returned");
        started.await
    })
    .0
    .unwrap();
    assert_eq!(order.text(), "00 returned");
}

/// If two children fail in the same turn, the first in the list is raised and the other is logged.
/// With `quiet` nothing is logged. A child that fails alone is not logged.
#[test]
fn multi_exceptions() {
    let two = || vec![after_turns(1, Err(Fault("error 1"))), after_turns(1, Err(Fault("error 2")))];
    let (result, lines) = run_logged(gen::multi(two()).join());
    assert_eq!(result.unwrap_err().to_string(), "error 1");
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0].starts_with("ERROR gen: multiple errors in a parallel yield: [1]: error 2"),
        "{lines:?}"
    );

    let one = vec![after_turns(1, Err(Fault("error 1"))), after_turns(1, Ok(2))];
    assert_eq!(run_logged(gen::multi(one).join()).1, Vec::<String>::new());

    let (result, lines) = run_logged(gen::multi(two()).quiet::<Fault>().join());
    assert_eq!(result.unwrap_err().to_string(), "error 1");
    assert_eq!(lines, Vec::<String>::new());
}

/// Tornado's plain list cannot be quiet, but its `multi_future` can. Here `multi` is the only way.
#[test]
fn multi_future_exceptions() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<u32>> {
        yield_!(vec![after_turns(1, Err(Fault("error 1"))), after_turns(1, Err(Fault("error 2")))])
    }
    let (result, lines) = run_logged(body());
    assert_eq!((result.unwrap_err().to_string().as_str(), lines.len()), ("error 1", 1));
    assert!(
        lines[0].starts_with("ERROR gen: multiple errors in a parallel yield: [1]: error 2"),
        "{lines:?}"
    );

    #[gen::coroutine]
    fn one_fails() -> gen::Result<Vec<u32>> {
        yield_!(vec![after_turns(1, Ok(1)), after_turns(1, Err(Fault("error 2")))])
    }
    assert_eq!(run(one_fails()).unwrap_err().to_string(), "error 2");

    #[gen::coroutine]
    fn quiet() -> gen::Result<Vec<u32>> {
        let two = vec![after_turns(1, Err(Fault("error 1"))), after_turns(1, Err(Fault("error 2")))];
        yield_!(gen::multi(two).quiet::<Fault>())
    }
    assert_eq!(run(quiet()).unwrap_err().to_string(), "error 1");
}

/// From Tornado 5: a turn for each child, both at once.
#[test]
fn multi_moment() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<()>> {
        yield_!(vec![gen::moment(), gen::moment()])
    }
    assert_eq!(run_logged(body()).0.unwrap(), [(), ()]);
}

/// All children are waited for, and the first error in child order is raised, not the first in
/// time.
#[test]
fn rule_15_child_order_not_time_order() {
    let order = Order::new();
    let noted = |name: &'static str, turns: u32, result: Result<u32, Fault>| {
        let order = order.clone();
        async move {
            let result = after_turns(turns, result).await;
            order.push(name);
            result
        }
    };
    let children = vec![
        gen::boxed(noted("a", 2, Ok(1))),
        gen::boxed(noted("b", 3, Err(Fault("b")))),
        gen::boxed(noted("c", 1, Err(Fault("c")))),
    ];
    let (result, lines) = run_logged(gen::multi(children).join());
    let error = result.unwrap_err();
    assert_eq!((error.to_string().as_str(), order.text().as_str()), ("b", "cab"));
    assert_eq!(error.others()[0].to_string(), "[2]: c", "kept too, which Tornado does not");
    assert_eq!(lines.len(), 1);

    let map =
        BTreeMap::from([("z", after_turns(1, Err(Fault("z")))), ("a", after_turns(2, Err(Fault("a"))))]);
    let (result, lines) = run_logged(gen::multi(map).join());
    assert_eq!((result.unwrap_err().to_string().as_str(), lines.len()), ("a", 1), "in the order of the map");
}

/// `quiet` affects the errors that are logged, never the error that is raised.
#[test]
fn rule_16_quiet_affects_only_the_logged_ones() {
    let children = vec![ready(Err::<u32, _>(Fault("raised"))), ready(Err(Fault("quiet")))];
    let (result, lines) = run_logged(gen::multi(children).quiet::<std::fmt::Error>().quiet::<Fault>().join());
    let error = result.unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.others()[0].to_string().as_str()),
        ("raised", "[1]: quiet")
    );
    assert_eq!(lines, Vec::<String>::new());

    let children = ["raised", "told", "told too"].map(|text| ready(Err::<u32, _>(Fault(text))));
    let (result, lines) = run_logged(gen::multi(children).quiet::<std::fmt::Error>().join());
    assert_eq!(result.unwrap_err().others().len(), 2, "kept");
    assert_eq!(lines, ["ERROR gen: multiple errors in a parallel yield: [1]: told\n[2]: told too"]);

    let children = ["raised", "quiet"].map(|text| ready(Err::<u32, _>(Fault(text))));
    let (result, lines) = run_logged(gen::multi(children).quiet::<gen::Error>().join());
    assert_eq!((result.unwrap_err().others().len(), lines), (1, Vec::<String>::new()), "all are quiet");
}

/// Lists and maps nest, and keep their types.
#[test]
fn rule_19_nested() {
    #[gen::coroutine]
    fn body() -> gen::Result<(u32, Vec<BTreeMap<&'static str, Vec<u32>>>)> {
        let empty = Vec::<std::future::Ready<gen::Result<u32>>>::new();
        yield_!((ready(1), vec![BTreeMap::from([("f", vec![ready(Ok::<_, gen::Error>(2))]), ("e", empty)])]))
    }
    let map = BTreeMap::from([("f", vec![2]), ("e", vec![])]);
    assert_eq!(run_logged(body()).0.unwrap(), (1, vec![map]));
}

/// Tornado never had this (its issue 1546): the first failure in time is raised at once, and the
/// others are dropped.
#[test]
fn fail_fast_does_not_wait() {
    let slow = async { gen::sleep(seconds(3600)).await.map(|()| 1) };
    let children = vec![gen::boxed(slow), gen::boxed(after_turns(1, Err(Fault("at once"))))];
    let ((result, waited), lines) = run_logged(async {
        let began = now();
        let result = gen::multi(children).fail_fast().join().await;
        (result, since(began))
    });
    assert_eq!((result.unwrap_err().to_string().as_str(), lines), ("at once", Vec::new()));
    assert_eq!(waited, in_seconds(0));
}

/// Tornado never had this (its issue 1378): every child's own result.
#[test]
fn settle_raises_nothing() {
    let children = vec![after_turns(2, Ok(1)), after_turns(1, Err(Fault("kept")))];
    let (results, lines) = run_logged(gen::multi(children).settle().join());
    let texts: Vec<_> = results.unwrap().into_iter().map(|result| format!("{result:?}")).collect();
    assert_eq!((texts[0].as_str(), lines), ("Ok(1)", Vec::new()));
    assert!(texts[1].starts_with("Err(kept"), "{texts:?}");
}

/// A list of YieldPoints takes the same options as one of futures. An unknown key is an error like
/// any other.
#[test]
fn options_of_yield_points() {
    #[gen::coroutine]
    fn body() -> gen::Result<(usize, bool)> {
        yield_!(Callback::<u32>::new("k"))?.call(7);
        let settled = yield_!(gen::multi(vec![Wait::<u32>::new("k"), Wait::new("unknown")]).settle())?;
        let fast = yield_!(gen::multi(vec![Wait::<u32>::new("unknown")]).fail_fast());
        let unknown = fast.is_err_and(|error| error.is::<gen::UnknownKeyError>());
        Ok((settled.iter().filter(|result| result.is_ok()).count(), unknown))
    }
    assert_eq!(run_logged(body()).0.unwrap(), (1, true));
}

/// Tornado logs a failed future that is listed twice as a second failure. Here the copies of one
/// error are one failure: both are raised or kept, and none is logged. Two errors that look alike
/// are two failures.
#[test]
fn rule_17_a_failure_is_not_its_own_duplicate() {
    let one = gen::Error::new(Fault("once"));
    let (result, lines) = run_logged(gen::multi([1, 2, 3].map(|_| ready(Err::<(), _>(one.clone())))).join());
    assert_eq!((result.unwrap_err().others().len(), lines), (2, Vec::new()));

    let other = gen::Error::new(Fault("once"));
    let listed = [one, other.clone(), other].map(|error| ready(Err::<(), _>(error)));
    let (result, lines) = run_logged(gen::multi(listed).join());
    assert_eq!((result.unwrap_err().others().len(), lines.len()), (2, 1), "{lines:?}");
}

/// The body goes on in the same turn in which the last child ends.
#[test]
fn rule_18_the_last_child_completes_the_list() {
    needs!(OrderOfTasks);
    #[gen::coroutine]
    fn child(turns: u32, order: Order) -> gen::Result {
        for _ in 0..turns {
            yield_!(gen::moment())?;
        }
        order.push(turns);
        if turns == 3 {
            // This runs in the next turn.
            soon(order.note("|"));
        }
        Ok(())
    }
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        yield_!([1, 3, 2].map(|turns| child(turns, order.clone())))?;
        order.push(" body ");
        yield_!(gen::moment())
    }
    let order = Order::new();
    run(body(order.clone())).unwrap();
    assert_eq!(order.text(), "123 body |");
}

/// A bad value beside points, and points only in a nested list: the errors arrive at the yield, and
/// the rest works. (In Tornado both escape from the call.)
#[test]
fn rule_21_errors_among_points_arrive_at_the_yield() {
    #[gen::coroutine]
    fn body() -> gen::Result<(Vec<Vec<u32>>, u32)> {
        let callable = yield_!(Callback::<u32>::new("k"))?;
        callable.call(1);
        let bad = yield_!((vec![Wait::<u32>::new("k")], gen::dynamic::Value::new("bad"))).unwrap_err();
        assert!(bad.is::<gen::BadYieldError>());
        yield_!(Callback::<u32>::new("k"))?.call(2);
        yield_!((vec![vec![Wait::<u32>::new("k")]], after_turns(1, Ok(3))))
    }
    assert_eq!(run(body()).unwrap(), (vec![vec![2]], 3));
}

/// A list with a wait for an unknown key: the other children run to their end, then the error is
/// raised.
#[test]
fn rule_24_an_unknown_key_in_a_list_is_one_of_its_errors() {
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result<String> {
        let callable = yield_!(Callback::<u32>::new("pending"))?;
        let called = order.clone();
        soon(move || {
            called.push("called ");
            callable.call(1);
        });
        let both = ["pending", "unknown"].map(Wait::<u32>::new);
        let error = yield_!(both).unwrap_err();
        order.push("raised");
        Ok(error.to_string())
    }
    let order = Order::new();
    assert_eq!(run(body(order.clone())).unwrap(), "the key \"unknown\" is not pending");
    assert_eq!(order.text(), "called raised");
}

/// Points and futures at once: two thousand tasks, one of which is called in each turn, the last
/// one first. Each is polled when it is yielded, and when it is called.
#[test]
fn multi_performance() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body(asked: Rc<Cell<usize>>) -> gen::Result<Vec<usize>> {
        let mut callbacks = Vec::new();
        let tasks: Vec<_> = (0..2000).map(|_| gen::from_callback(|done| callbacks.push(done))).collect();
        soon(move || call_one_a_turn(callbacks));
        let counted = tasks.into_iter().map(|mut task| {
            let asked = Rc::clone(&asked);
            poll_fn(move |cx| {
                asked.set(asked.get() + 1);
                Pin::new(&mut task).poll(cx)
            })
        });
        yield_!(counted.collect::<Vec<_>>())
    }
    fn call_one_a_turn(mut callbacks: Vec<gen::Resolve<usize>>) {
        if let Some(callback) = callbacks.pop() {
            callback.call(callbacks.len());
            soon(move || call_one_a_turn(callbacks));
        }
    }
    let asked = Rc::default();
    assert!(run(body(Rc::clone(&asked))).unwrap().into_iter().eq(0..2000));
    assert_eq!(asked.get(), 2 * 2000);
}
