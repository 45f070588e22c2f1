//! T15: a coroutine is `Send` if what it holds across its yields is `Send`.

use std::cell::Cell;
use std::rc::Rc;

use gen::yield_;
use macro_behaviour::{drive, later};

fn assert_send<T: Send>(value: T) -> T {
    value
}

/// Compiles only for a type that is not `Send`: for one that is, both impls would apply.
macro_rules! assert_not_send {
    ($value:expr) => {{
        trait Ambiguous<A> {
            fn assert(&self) {}
        }
        impl<T> Ambiguous<()> for T {}
        impl<T: Send> Ambiguous<u8> for T {}
        $value.assert();
    }};
}

#[gen::coroutine]
fn formats(n: u32) -> gen::Result<String> {
    println!("{} {}", yield_!(later(n))?, yield_!(later(n))?);
    assert_eq!(yield_!(later(n))?, yield_!(later(n))?);
    Ok(format!("{}{}", yield_!(later(n))?, yield_!(later(yield_!(later(n))?))?))
}

#[gen::coroutine]
fn nested_async() -> gen::Result<u32> {
    let block = async { yield_!(later(1)) };
    let closure = async || yield_!(later(1));
    Ok(block.await? + closure().await?)
}

#[gen::coroutine]
fn dropped_before(n: u32) -> gen::Result<u32> {
    let n = {
        let shared = Rc::new(Cell::new(n));
        shared.set(shared.get() + 1);
        shared.get()
    };
    yield_!(later(n))
}

#[gen::coroutine]
fn kept_over_a_yield(n: u32) -> gen::Result<u32> {
    let shared = Rc::new(n);
    yield_!(later(()))?;
    Ok(*shared)
}

#[gen::coroutine]
fn not_send_argument(n: Rc<u32>) -> gen::Result<u32> {
    Ok(*n)
}

#[gen::coroutine(boxed)]
fn recursive(n: u32) -> gen::Result<u32> {
    if n == 0 {
        return Ok(0);
    }
    Ok(1 + yield_!(recursive(n - 1))?)
}

#[gen::coroutine(boxed, send)]
fn recursive_and_send(n: u32) -> gen::Result<u32> {
    if n == 0 {
        return yield_!(later(0));
    }
    Ok(1 + yield_!(recursive_and_send(n - 1))?)
}

#[gen::coroutine(send)]
fn declared_send<T: Send>(value: T) -> T {
    let _ = yield_!(later(()));
    value
}

#[test]
fn t15_a_coroutine_is_send_if_what_it_keeps_is() {
    assert_eq!(drive(assert_send(formats(1))).unwrap(), "11");
    assert_eq!(drive(assert_send(nested_async())).unwrap(), 2);
    assert_eq!(drive(assert_send(dropped_before(1))).unwrap(), 2);
    assert_eq!(drive(assert_send(recursive(3))).unwrap(), 3);
    assert_eq!(drive(assert_send(recursive_and_send(3))).unwrap(), 3);
    assert_eq!(drive(assert_send(declared_send("x"))), "x");
}

#[test]
fn t15_and_is_not_if_that_is_not() {
    assert_not_send!(kept_over_a_yield(1));
    assert_not_send!(not_send_argument(Rc::new(1)));
    assert_eq!(drive(kept_over_a_yield(2)).unwrap(), 2);
    assert_eq!(drive(not_send_argument(Rc::new(3))).unwrap(), 3);
}
