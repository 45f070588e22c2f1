//! Many points at once cost as much as each alone: a value wakes only the points that wait for it.

use std::cell::Cell;
use std::rc::Rc;

use super::{run, soon};
use behaviour::needs;
use gen::{yield_, Callable, Callback, Runner, Wait, WaitAll, YieldPoint};

/// A wait that counts how often it is polled.
struct Counted {
    key: usize,
    asked: Rc<Cell<usize>>,
}

impl YieldPoint for Counted {
    type Output = usize;

    fn start(&mut self, _: &Runner) -> gen::Result {
        Ok(())
    }
    fn is_ready(&mut self, runner: &Runner) -> gen::Result<bool> {
        self.asked.set(self.asked.get() + 1);
        runner.is_ready(&self.key)
    }
    fn get_result(&mut self, runner: &Runner) -> gen::Result<usize> {
        runner.pop_result(&self.key)
    }
}

/// Calls one callable in each turn, the last one first.
fn one_a_turn(mut callables: Vec<Callable<usize>>) {
    if let Some(callable) = callables.pop() {
        callable.call(callables.len());
        soon(move || one_a_turn(callables));
    }
}

/// Tornado's `test_multi_performance` requires less than a second. This test requires two polls of
/// each of 2,000 points, whose values come one by one.
#[test]
fn multi_performance() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body(count: usize, asked: Rc<Cell<usize>>) -> gen::Result<Vec<usize>> {
        let callables = yield_!((0..count).map(Callback::<usize>::new).collect::<Vec<_>>())?;
        soon(move || one_a_turn(callables));
        yield_!((0..count).map(|key| Counted { key, asked: Rc::clone(&asked) }).collect::<Vec<_>>())
    }
    for count in [1, 10, 2000] {
        let asked = Rc::default();
        let values = run(body(count, Rc::clone(&asked))).unwrap();
        assert!(values.into_iter().eq(0..count));
        assert_eq!(asked.get(), 2 * count);
    }
}

/// `WaitAll` does not ask again for values that have come. In the order of the keys each value is
/// one step. In any other order it sleeps until the value of its first key has come.
#[test]
fn wait_all_is_linear() {
    #[gen::coroutine]
    fn body(turned: bool) -> gen::Result<Vec<usize>> {
        let mut callables = yield_!((0..2000).map(Callback::<usize>::new).collect::<Vec<_>>())?;
        if turned {
            callables.reverse();
        }
        soon(move || one_a_turn(callables));
        yield_!(WaitAll::<usize>::new(0..2000))
    }
    assert!(run(body(false)).unwrap().into_iter().eq(0..2000));
    assert!(run(body(true)).unwrap().into_iter().eq((0..2000).rev()));
}

/// Points in every container, nested, and with futures between them.
#[test]
fn in_every_container() {
    use std::collections::{BTreeMap, HashMap, VecDeque};
    #[gen::coroutine]
    fn body() -> gen::Result<usize> {
        for key in 0..9_usize {
            yield_!(Callback::<usize>::new(key))?.call(1 << key);
        }
        let wait = Wait::<usize>::new::<usize>;
        let (list, map, (boxed, array)) = yield_!((
            vec![vec![wait(0)], vec![wait(1)]],
            HashMap::from([("a", Some(wait(2))), ("b", None)]),
            (Box::<[_]>::from([wait(3)]), [wait(4), wait(5)]),
        ))?;
        let (deque, tree, future) = yield_!((
            VecDeque::from([wait(6)]),
            gen::multi(BTreeMap::from([(0, wait(7))])),
            std::future::ready(1 << 9),
        ))?;
        let limited = yield_!(gen::with_timeout(behaviour::seconds(1), wait(8)))?;
        let parts = [list.concat(), map.into_values().flatten().collect(), boxed.into(), array.into()];
        let others = [deque.into(), tree.into_values().collect::<Vec<_>>(), vec![future, limited]];
        Ok(parts.iter().chain(&others).flatten().sum())
    }
    assert_eq!(run(body()).unwrap(), (1 << 10) - 1);
}
