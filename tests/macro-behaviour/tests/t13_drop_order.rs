//! T13: a coroutine drops everything when the same `async fn` does, at each point of its life.
#![allow(clippy::toplevel_ref_arg)] // the point of some cases

use std::future::Future;
use std::pin::pin;

use gen::{yield_, Runner, YieldPoint};
use macro_behaviour::{later, poll, DropLog, Dropped};

/// A yield point that is ready after as many polls as `later(())`.
struct Later {
    was_asked: bool,
}

impl YieldPoint for Later {
    type Output = ();
    fn start(&mut self, runner: &Runner) -> gen::Result {
        runner.register_callback::<()>("news")
    }
    fn is_ready(&mut self, runner: &Runner) -> gen::Result<bool> {
        if !std::mem::replace(&mut self.was_asked, true) {
            // So that it is polled again.
            runner.set_result(&"news", ())?;
            return Ok(false);
        }
        Ok(true)
    }
    fn get_result(&mut self, runner: &Runner) -> gen::Result {
        runner.pop_result(&"news")
    }
}

const POINT: Later = Later { was_asked: false };

/// Three functions with the same arguments and the same body. They differ in how they wait: by
/// `.await`, by `yield_!`, and by a `yield_!` of a point, for which the frame of the body is not
/// empty.
macro_rules! case {
    ($name:ident, ($($argument:ident: $pattern:pat),*), { $($body:tt)* }) => {
        #[test]
        fn $name() {
            #[gen::coroutine]
            fn ours($($pattern: Case,)* log: DropLog) {
                let _x = log.entry("local-1");
                let _ = yield_!(later(()));
                let _y = log.entry("local-2");
                $($body)*
                let _ = yield_!(later(()));
            }
            #[gen::coroutine]
            fn ours_of_points($($pattern: Case,)* log: DropLog) -> gen::Result {
                let _x = log.entry("local-1");
                let _ = yield_!(POINT);
                let _y = log.entry("local-2");
                $($body)*
                let _ = yield_!(POINT);
                Ok(())
            }
            async fn theirs($($pattern: Case,)* log: DropLog) {
                let _x = log.entry("local-1");
                later(()).await;
                let _y = log.entry("local-2");
                $($body)*
                later(()).await;
            }
            for polls in 0..=3 {
                let expected = DropLog::default();
                run(theirs($(Case::new(stringify!($argument), &expected),)* expected.clone()), &expected, polls);
                let actual = DropLog::default();
                run(ours($(Case::new(stringify!($argument), &actual),)* actual.clone()), &actual, polls);
                assert_eq!(actual.read(), expected.read(), "after {polls} polls");
                let actual = DropLog::default();
                run(ours_of_points($(Case::new(stringify!($argument), &actual),)* actual.clone()), &actual, polls);
                assert_eq!(actual.read(), expected.read(), "of points, after {polls} polls");
            }
        }
    };
}

/// An argument with two parts, each of which writes to the log.
struct Case {
    left: Dropped,
    right: Dropped,
}

impl Case {
    fn new(name: &'static str, log: &DropLog) -> Self {
        let (left, right) = match name {
            "a" => ("a.left", "a.right"),
            "b" => ("b.left", "b.right"),
            _ => ("c.left", "c.right"),
        };
        Case { left: log.entry(left), right: log.entry(right) }
    }
}

/// Polls the given number of times, then writes the state to the log and drops the future.
fn run<T>(future: impl Future<Output = T>, log: &DropLog, polls: usize) {
    {
        let mut future = pin!(future);
        for _ in 0..polls {
            let ready = poll(future.as_mut()).is_ready();
            drop(log.entry(if ready { "|ready|" } else { "|pending|" }));
        }
    }
    drop(log.entry("|dropped|"));
}

case!(t13_named_arguments, (a: a, b: b, c: c), {
    let _ = (&a, &b, &c);
});
case!(t13_named_arguments_that_the_body_does_not_name, (a: _a, b: _b, c: _c), {});
case!(t13_some_are_moved_out, (a: a, b: b, c: _c), {
    drop(b);
    let _moved = a.left;
});
case!(t13_wildcards, (a: _, b: _b, c: _), {});
case!(t13_patterns, (a: Case { left: _left, right: _right }, b: Case { right, .. }, c: Case { left: _, right: _r }), {
    let _ = &right;
});
case!(t13_patterns_that_bind_nothing, (a: Case { .. }, b: _, c: Case { left: _, .. }), {});
case!(t13_mutable_arguments, (a: mut a, b: mut _b, c: c), {
    std::mem::swap(&mut a.left, &mut _b.right);
    _b = c;
});
case!(t13_references, (a: ref a, b: ref mut b, c: Case { ref left, .. }), {
    let _ = (&a, &b, left);
    std::mem::swap(&mut b.left, &mut b.right);
});
case!(t13_mixed, (a: _, b: b, c: Case { left, .. }), {
    let _ = (&b, &left);
});
case!(t13_whole_and_part, (a: ref a @ Case { ref left, .. }, b: _b, c: _), {
    let _ = (a, left);
});

/// The receiver is dropped last, since it is the first argument.
#[test]
fn t13_receivers() {
    struct This(Dropped);
    impl This {
        #[gen::coroutine]
        fn ours(self, _a: Dropped, _: Dropped, log: DropLog) {
            let _x = log.entry("local");
            let _ = yield_!(later(()));
        }
        #[gen::coroutine]
        fn ours_of_points(self, _a: Dropped, _: Dropped, log: DropLog) -> gen::Result {
            let _x = log.entry("local");
            yield_!(POINT)
        }
        async fn theirs(self, _a: Dropped, _: Dropped, log: DropLog) {
            let _x = log.entry("local");
            later(()).await;
        }
        #[gen::coroutine]
        fn ours_in_part(mut self, a: Dropped, log: DropLog) {
            let old = std::mem::replace(&mut self.0, a);
            let _ = yield_!(later(()));
            let _part = self.0;
            drop(old);
            drop(log.entry("end"));
        }
        async fn theirs_in_part(mut self, a: Dropped, log: DropLog) {
            let old = std::mem::replace(&mut self.0, a);
            later(()).await;
            let _part = self.0;
            drop(old);
            drop(log.entry("end"));
        }
    }
    for polls in 0..=2 {
        let (expected, actual) = (DropLog::default(), DropLog::default());
        let start = |log: &DropLog| (This(log.entry("self")), log.entry("a"), log.entry("b"), log.clone());
        let (this, a, b, log) = start(&expected);
        run(this.theirs(a, b, log), &expected, polls);
        let (this, a, b, log) = start(&actual);
        run(this.ours(a, b, log), &actual, polls);
        assert_eq!(actual.read(), expected.read(), "after {polls} polls");
        let actual = DropLog::default();
        let (this, a, b, log) = start(&actual);
        run(this.ours_of_points(a, b, log), &actual, polls);
        assert_eq!(actual.read(), expected.read(), "of points, after {polls} polls");

        let (expected, actual) = (DropLog::default(), DropLog::default());
        run(
            This(expected.entry("self")).theirs_in_part(expected.entry("a"), expected.clone()),
            &expected,
            polls,
        );
        run(This(actual.entry("self")).ours_in_part(actual.entry("a"), actual.clone()), &actual, polls);
        assert_eq!(actual.read(), expected.read(), "in part, after {polls} polls");
    }
}

/// On edition 2021, temporaries of the last expression are dropped after the locals and before the
/// arguments.
#[test]
fn t13_temporaries_of_the_last_expression() {
    #[gen::coroutine]
    fn ours(_a: Dropped, log: DropLog) -> usize {
        let _x = log.entry("local");
        let _ = yield_!(later(()));
        log.entry("temporary").name_len()
    }
    #[gen::coroutine]
    fn ours_of_points(_a: Dropped, log: DropLog) -> gen::Result<usize> {
        let _x = log.entry("local");
        let _ = yield_!(POINT);
        Ok(log.entry("temporary").name_len())
    }
    async fn theirs(_a: Dropped, log: DropLog) -> usize {
        let _x = log.entry("local");
        later(()).await;
        log.entry("temporary").name_len()
    }
    let (expected, actual, of_points) = (DropLog::default(), DropLog::default(), DropLog::default());
    macro_behaviour::drive(theirs(expected.entry("a"), expected.clone()));
    macro_behaviour::drive(ours(actual.entry("a"), actual.clone()));
    macro_behaviour::drive(ours_of_points(of_points.entry("a"), of_points.clone())).unwrap();
    assert_eq!((actual.read(), of_points.read()), (expected.read(), expected.read()));
    assert_eq!(actual.read(), "local temporary a");
}

/// A body that ends early drops in the same order as at a `return`.
#[test]
fn t13_returned_early() {
    #[gen::coroutine]
    fn ours(a: Dropped, _: Dropped, log: DropLog) -> gen::Result<u8> {
        let _x = log.entry("local");
        yield_!(async { Err::<(), _>("no") })?;
        drop(a);
        Ok(1)
    }
    #[gen::coroutine]
    fn ours_of_points(a: Dropped, _: Dropped, log: DropLog) -> gen::Result<u8> {
        let _x = log.entry("local");
        yield_!(gen::Wait::<u8>::new("unknown"))?;
        drop(a);
        Ok(1)
    }
    let log = DropLog::default();
    assert!(macro_behaviour::drive(ours(log.entry("a"), log.entry("b"), log.clone())).is_err());
    assert_eq!(log.read(), "local b a");
    let log = DropLog::default();
    assert!(macro_behaviour::drive(ours_of_points(log.entry("a"), log.entry("b"), log.clone())).is_err());
    assert_eq!(log.read(), "local b a");
}

/// The temporaries of a nested block's last expression are dropped before what the block holds, as
/// in a block without a frame. The frame of a point is dropped after both.
#[test]
fn t13_nested_blocks() {
    #[gen::coroutine]
    fn ours(log: DropLog) {
        let _x = log.entry("outer");
        async {
            let _y = log.entry("local");
            let _ = yield_!(later(()));
            log.entry("temporary").name_len()
        }
        .await;
    }
    #[gen::coroutine]
    fn ours_of_points(log: DropLog) {
        let _x = log.entry("outer");
        async {
            let _y = log.entry("local");
            let _ = yield_!(POINT);
            log.entry("temporary").name_len()
        }
        .await;
    }
    async fn theirs(log: DropLog) {
        let _x = log.entry("outer");
        async {
            let _y = log.entry("local");
            later(()).await;
            log.entry("temporary").name_len()
        }
        .await;
    }
    for polls in 0..=2 {
        let [expected, actual, of_points] = [(); 3].map(|()| DropLog::default());
        run(theirs(expected.clone()), &expected, polls);
        run(ours(actual.clone()), &actual, polls);
        run(ours_of_points(of_points.clone()), &of_points, polls);
        assert_eq!(
            (actual.read(), of_points.read()),
            (expected.read(), expected.read()),
            "after {polls} polls"
        );
    }
}
