//! Rule 25: yield points that a user implements.

use std::cell::Cell;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::thread;

use super::soon;
use behaviour::{needs, spawn, Order};
use gen::{yield_, Callback, Runner, Wait, YieldPoint};

/// Records the calls of its methods, and returns the prepared results.
struct Told {
    order: Order,
    start: fn() -> gen::Result,
    is_ready: fn(&Runner, asked: u32) -> gen::Result<bool>,
    get_result: fn(&Runner) -> gen::Result<u8>,
    asked: u32,
}

impl Told {
    fn new(order: &Order) -> Self {
        Told {
            order: order.clone(),
            start: || Ok(()),
            is_ready: |_, _| Ok(true),
            get_result: |_| Ok(1),
            asked: 0,
        }
    }
}

impl YieldPoint for Told {
    type Output = u8;

    fn start(&mut self, _: &Runner) -> gen::Result {
        self.order.push("start ");
        (self.start)()
    }

    fn is_ready(&mut self, runner: &Runner) -> gen::Result<bool> {
        self.order.push("ready? ");
        self.asked += 1;
        (self.is_ready)(runner, self.asked)
    }

    fn get_result(&mut self, runner: &Runner) -> gen::Result<u8> {
        self.order.push("result ");
        (self.get_result)(runner)
    }
}

#[gen::coroutine]
fn yields(point: Told) -> gen::Result<u8> {
    yield_!(point)
}

fn run(change: impl FnOnce(&mut Told)) -> (String, String) {
    let order = Order::new();
    let mut point = Told::new(&order);
    change(&mut point);
    let result = match super::run(yields(point)) {
        Ok(value) => value.to_string(),
        Err(error) => error.to_string(),
    };
    (order.text(), result)
}

/// Each method is called in its turn, and none after an error.
#[test]
fn rule_25_errors_of_the_methods_arrive_at_the_yield() {
    let is = |order: &str, result: &str| (order.to_owned(), result.to_owned());
    assert_eq!(run(|_| ()), is("start ready? result ", "1"));
    assert_eq!(run(|point| point.start = || Err(gen::Error::new("no start"))), is("start ", "no start"));
    let not = |_: &Runner, _: u32| Err(gen::Error::new("not known"));
    assert_eq!(run(|point| point.is_ready = not), is("start ready? ", "not known"));
    let lost = |_: &Runner| Err(gen::Error::new("lost"));
    assert_eq!(run(|point| point.get_result = lost), is("start ready? result ", "lost"));
}

/// A body that catches such an error goes on and has lost nothing. Values that were stored before
/// are still there, even if the point asked for them.
#[test]
fn an_error_of_a_method_loses_nothing() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<u8>> {
        let order = Order::new();
        let mut values = Vec::new();
        for part in 0..3 {
            yield_!(Callback::<u8>::new("k"))?.call(part);
            let mut point = Told::new(&order);
            match part {
                0 => point.start = || Err(gen::Error::new("0")),
                1 => point.is_ready = |runner, _| runner.is_ready(&"k").and(Err(gen::Error::new("1"))),
                _ => point.get_result = |runner| runner.pop_result::<char>(&"k").map(|_| 0),
            }
            let error = yield_!(point).unwrap_err();
            assert_eq!(error.is::<gen::KeyTypeError>(), part == 2);
            values.push(yield_!(Wait::<u8>::new("k"))?);
        }
        Ok(values)
    }
    assert_eq!(super::run(body()).unwrap(), [0, 1, 2]);
}

/// A panic in a method is a panic of the body. At the edge of a task it becomes an error for the
/// waiter.
#[test]
fn a_panic_in_a_method_is_one_of_the_body() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let order = Order::new();
        let mut texts = Vec::new();
        for part in 0..3 {
            let mut point = Told::new(&order);
            match part {
                0 => point.start = || panic!("at the start"),
                1 => point.is_ready = |_, _| panic!("when asked"),
                _ => point.get_result = |_| panic!("at the end"),
            }
            let error = yield_!(spawn(yields(point))).unwrap_err();
            texts.push(error.downcast_ref::<gen::Panicked>().expect("a panic").message().to_owned());
        }
        Ok(texts.join(", "))
    }
    assert_eq!(super::run(body()).unwrap(), "at the start, when asked, at the end");
    let order = Order::new();
    let mut point = Told::new(&order);
    point.is_ready = |_, _| panic!("when asked");
    assert!(catch_unwind(AssertUnwindSafe(|| gen::block_on(yields(point)))).is_err());
}

/// A point that has asked about no key is polled again for each value that is stored in its call.
#[test]
fn rule_25_a_point_is_asked_again_after_each_value() {
    needs!(OrderOfTasks);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result<Vec<u8>> {
        let (one, two) = yield_!((Callback::<u8>::new(1), Callback::<u8>::new(2)))?;
        let calls = order.clone();
        soon(move || {
            calls.push("one ");
            one.call(1);
            let then = calls.clone();
            soon(move || {
                then.push("two ");
                two.call(2);
            });
        });
        let mut point = Told::new(&order);
        point.is_ready = |_, asked| Ok(asked == 3);
        yield_!(point)?;
        yield_!(vec![Wait::<u8>::new(1), Wait::<u8>::new(2)])
    }
    let order = Order::new();
    assert_eq!(super::run(body(order.clone())).unwrap(), [1, 2]);
    assert_eq!(order.text(), "start ready? one ready? two ready? result ");
}

/// A point that has asked about a key is polled again when that key gets its value, and for no
/// other key.
#[test]
fn a_point_is_asked_only_about_what_it_waits_for() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result<u8> {
        let (other, mine) = yield_!((Callback::<u8>::new("other"), Callback::<u8>::new("mine")))?;
        let calls = order.clone();
        soon(move || {
            other.call(1);
            calls.push("other ");
            soon(move || mine.call(2));
        });
        let mut point = Told::new(&order);
        point.is_ready = |runner, _| runner.is_ready(&"mine");
        point.get_result = |runner| runner.pop_result(&"mine");
        Ok(10 * yield_!(point)? + yield_!(Wait::<u8>::new("other"))?)
    }
    let order = Order::new();
    assert_eq!(super::run(body(order.clone())).unwrap(), 21);
    assert_eq!(order.text(), "start ready? other ready? result ");
}

/// A user can implement all abilities of `Callback` and `Wait`.
#[test]
fn a_runner_registers_stores_and_takes() {
    struct Own;
    impl YieldPoint for Own {
        type Output = (u8, String);
        fn start(&mut self, runner: &Runner) -> gen::Result {
            runner.register_callback::<u8>("by callable")?;
            runner.result_callback::<u8>(&"by callable")?.call(1);
            runner.register_callback::<String>("by runner")?;
            assert!(!runner.is_ready(&"by runner")?);
            assert!(runner.pop_result::<String>(&"by runner").is_err());
            runner.set_result(&"by runner", "text".to_owned())
        }
        fn is_ready(&mut self, runner: &Runner) -> gen::Result<bool> {
            Ok(runner.is_ready(&"by callable")? && runner.is_ready(&"by runner")?)
        }
        fn get_result(&mut self, runner: &Runner) -> gen::Result<Self::Output> {
            Ok((runner.pop_result(&"by callable")?, runner.pop_result(&"by runner")?))
        }
    }
    #[gen::coroutine]
    fn body() -> gen::Result<(u8, String)> {
        yield_!(Own)
    }
    assert_eq!(super::run(body()).unwrap(), (1, "text".to_owned()));
}

/// Stores a clone of its runner, and is never ready.
struct Kept(Arc<Mutex<Option<Runner>>>);

impl YieldPoint for Kept {
    type Output = ();
    fn start(&mut self, runner: &Runner) -> gen::Result {
        *self.0.lock().unwrap() = Some(runner.clone());
        Ok(())
    }
    fn is_ready(&mut self, _: &Runner) -> gen::Result<bool> {
        Ok(false)
    }
    fn get_result(&mut self, _: &Runner) -> gen::Result {
        unreachable!("it is never ready")
    }
}

/// Another thread throws an error through a runner that was stored. It arrives at the yield. A
/// later error is given back.
#[test]
fn a_kept_runner_throws_at_the_yield() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let kept = Arc::default();
        let point = Kept(Arc::clone(&kept));
        let throws = Arc::clone(&kept);
        soon(move || {
            let runner = throws.lock().unwrap().clone().expect("it was started");
            thread::spawn(move || runner.handle_exception(gen::Error::new("from a thread")))
                .join()
                .expect("it does not panic")
        });
        let error = yield_!(point).unwrap_err();
        let runner = kept.lock().unwrap().take().expect("it was started");
        let back = runner.handle_exception(gen::Error::new("too late")).unwrap_err();
        Ok(format!("{error}, {back}"))
    }
    assert_eq!(super::run(body()).unwrap(), "from a thread, too late");
}

/// Otherwise a second error would be accepted and never delivered, because only one yield can take
/// an error.
#[test]
fn of_the_errors_that_are_thrown_at_one_yield_one_is_accepted() {
    struct Throws(Rc<Cell<Option<thread::JoinHandle<usize>>>>);

    impl YieldPoint for Throws {
        type Output = ();
        fn start(&mut self, runner: &Runner) -> gen::Result {
            let runner = runner.clone();
            let accepted = move || {
                (0..20).filter(|_| runner.handle_exception(gen::Error::new("thrown")).is_ok()).count()
            };
            self.0.set(Some(thread::spawn(accepted)));
            Ok(())
        }
        fn is_ready(&mut self, _: &Runner) -> gen::Result<bool> {
            Ok(false)
        }
        fn get_result(&mut self, _: &Runner) -> gen::Result {
            unreachable!("it is never ready")
        }
    }
    #[gen::coroutine]
    fn body() -> gen::Result {
        for _ in 0..1000 {
            let thread = Rc::default();
            assert_eq!(yield_!(Throws(Rc::clone(&thread))).unwrap_err().to_string(), "thrown");
            let thread = thread.take().expect("it was started");
            assert_eq!(thread.join().expect("it does not panic"), 1);
        }
        Ok(())
    }
    super::run(body()).unwrap();
}

/// A runner that is used after the end of its call finds no keys and registers none.
#[test]
fn a_runner_outlives_its_call() {
    #[gen::coroutine]
    fn body(kept: Arc<Mutex<Option<Runner>>>) -> gen::Result {
        let point = gen::with_timeout(std::time::Duration::ZERO, Kept(kept));
        assert!(yield_!(point).unwrap_err().is::<gen::TimeoutError>());
        Ok(())
    }
    let kept = Arc::default();
    super::run(body(Arc::clone(&kept))).unwrap();
    let runner = kept.lock().unwrap().take().expect("it was started");
    assert!(runner.register_callback::<u8>("k").is_err());
    assert!(runner.is_ready(&"k").unwrap_err().is::<gen::UnknownKeyError>());
}
