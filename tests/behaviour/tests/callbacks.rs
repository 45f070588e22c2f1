//! A callable is passed to functions of other crates, which take a closure.

use behaviour::run_to_result;
use gen::{yield_, Callback, CallbackDroppedError, Wait};

fn once(call: impl FnOnce(u32) + Send + 'static) {
    call(1);
}

fn often(mut call: impl FnMut(u32) + Send + 'static) {
    call(2);
    call(3);
}

fn shared(call: impl Fn(u32) + Send + Sync + 'static) {
    call(4);
}

fn boxed(call: Box<dyn FnOnce(u32) + Send>) {
    call(5);
}

/// `Fn` cannot be implemented on stable Rust, so `c(42)` is impossible. A closure around each
/// callable would be a nuisance.
#[gen::coroutine]
fn handed_over() -> gen::Result<u32> {
    let mut sum = 0;
    once(yield_!(Callback::new("key"))?.into_fn());
    sum += yield_!(Wait::<u32>::new("key"))?;
    often(yield_!(Callback::new("key"))?.into_fn());
    sum += yield_!(Wait::<u32>::new("key"))?;
    shared(yield_!(Callback::new("key"))?.into_fn());
    sum += yield_!(Wait::<u32>::new("key"))?;
    boxed(Box::new(yield_!(Callback::new("key"))?.into_fn()));
    sum += yield_!(Wait::<u32>::new("key"))?;
    Ok(sum)
}

#[test]
fn a_callable_goes_where_a_closure_is_wanted() {
    // A value that is stored again before it is taken replaces the first.
    assert_eq!(run_to_result(handed_over()).unwrap(), 1 + 3 + 4 + 5);
}

#[test]
fn a_callback_of_a_task_goes_where_a_closure_is_wanted() {
    let sum = async {
        let first = gen::from_callback(|done| once(done.into_fn())).await?;
        let boxed = gen::from_callback(|done| boxed(Box::new(done.into_fn()))).await?;
        Ok::<u32, gen::Error>(first + boxed)
    };
    assert_eq!(run_to_result(sum).unwrap(), 1 + 5);
}

#[gen::coroutine]
fn dropped(and_its_clone: bool) -> gen::Result<u32> {
    let call = yield_!(Callback::<u32>::new("key"))?.into_fn();
    let clone = call.clone();
    drop(call);
    if and_its_clone {
        drop(clone);
    } else {
        clone(7);
    }
    yield_!(Wait::<u32>::new("key"))
}

#[test]
fn a_closure_of_a_callable_that_is_dropped_fails_the_wait() {
    assert_eq!(run_to_result(dropped(false)).unwrap(), 7);
    assert!(run_to_result(dropped(true)).unwrap_err().is::<CallbackDroppedError>());
    let never_called = gen::from_callback(|done| drop(done.into_fn()));
    let error: gen::Result<u32> = run_to_result(never_called);
    assert!(error.unwrap_err().is::<CallbackDroppedError>());
}
