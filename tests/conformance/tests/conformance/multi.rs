//! `multi`: GenEngineTest.test_multi*, and rules 15 to 22 of the semantics.

use std::collections::{BTreeMap, HashMap};
use std::future::ready;

use gen::yield_;
use loop_behaviour::Order;

use super::{after_turns, run_logged, Fault};

/// Results come in the order of the list, whichever is done first.
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

/// An empty list and an empty map keep their type, and resume in place.
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
        let started = gen::spawn_local(body(inner.clone()));
        inner.push("returned");
        started.await
    })
    .0
    .unwrap();
    assert_eq!(order.text(), "00 returned");
}

/// Two fail in the same turn: the first in the list is raised and the other logged; with `quiet` nothing is; one that fails alone is not logged.
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

/// Tornado's plain list cannot be quiet, its `multi_future` can; here `multi` is the one way.
#[test]
fn multi_future_exceptions() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<u32>> {
        yield_!(vec![after_turns(1, Err(Fault("error 1"))), after_turns(1, Err(Fault("error 2")))])
    }
    let (result, lines) = run_logged(body());
    assert_eq!((result.unwrap_err().to_string().as_str(), lines.len()), ("error 1", 1));
}

/// Tornado 5's: a turn for each, both at once.
#[test]
fn multi_moment() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<()>> {
        yield_!(vec![gen::moment(), gen::moment()])
    }
    assert_eq!(run_logged(body()).0.unwrap(), [(), ()]);
}

/// All are waited for, and the first in child order is raised, not the first in time.
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
}

/// `quiet` is about what is logged, never about what is raised.
#[test]
fn rule_16_quiet_affects_only_the_logged_ones() {
    let children = vec![ready(Err::<u32, _>(Fault("raised"))), ready(Err(Fault("quiet")))];
    let (result, lines) = run_logged(gen::multi(children).quiet::<std::fmt::Error>().quiet::<Fault>().join());
    assert_eq!(result.unwrap_err().to_string(), "raised");
    assert_eq!(lines, Vec::<String>::new());
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

/// Tornado never had it (its issue 1546): the first failure in time is raised at once, and the others are dropped.
#[test]
fn fail_fast_does_not_wait() {
    let slow = async { gen::sleep(super::SECOND * 3600).await.map(|()| 1) };
    let children = vec![gen::boxed(slow), gen::boxed(after_turns(1, Err(Fault("at once"))))];
    let ((result, waited), lines) = run_logged(async {
        let began = gen::IoLoop::current().unwrap().now();
        let result = gen::multi(children).fail_fast().join().await;
        (result, gen::IoLoop::current().unwrap().now() - began)
    });
    assert_eq!((result.unwrap_err().to_string().as_str(), lines), ("at once", Vec::new()));
    assert_eq!(waited, std::time::Duration::ZERO);
}

/// Nor this (its issue 1378): every child's own result.
#[test]
fn settle_raises_nothing() {
    let children = vec![after_turns(2, Ok(1)), after_turns(1, Err(Fault("kept")))];
    let (results, lines) = run_logged(gen::multi(children).settle().join());
    let texts: Vec<_> = results.unwrap().into_iter().map(|result| format!("{result:?}")).collect();
    assert_eq!((texts[0].as_str(), lines), ("Ok(1)", Vec::new()));
    assert!(texts[1].starts_with("Err(kept"), "{texts:?}");
}

/// A list of YieldPoints takes the same options as one of futures; an unknown key is an error like any other.
#[test]
fn options_of_yield_points() {
    #[gen::coroutine]
    fn body() -> gen::Result<(usize, bool)> {
        yield_!(gen::Callback::<u32>::new("k"))?.call(7);
        let settled =
            yield_!(gen::multi(vec![gen::Wait::<u32>::new("k"), gen::Wait::new("unknown")]).settle())?;
        let fast = yield_!(gen::multi(vec![gen::Wait::<u32>::new("unknown")]).fail_fast());
        let unknown = fast.is_err_and(|error| error.is::<gen::UnknownKeyError>());
        Ok((settled.iter().filter(|result| result.is_ok()).count(), unknown))
    }
    assert_eq!(run_logged(body()).0.unwrap(), (1, true));
}
