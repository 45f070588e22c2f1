//! `gen::blocking` on the pool of a runtime of tokio.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use gen::{yield_, LoopClosed};

use crate::runtimes::runtimes;

#[gen::coroutine(send)]
fn name_of_the_thread() -> gen::Result<Option<String>> {
    yield_!(gen::blocking(|| thread::current().name().map(str::to_owned)))
}

#[test]
fn a_closure_runs_on_the_pool_of_the_runtime() {
    for runtime in runtimes() {
        let here = runtime.block_on(name_of_the_thread()).unwrap();
        let in_a_task = runtime.block_on(async { gen::spawn(name_of_the_thread()).await }).unwrap();
        assert_eq!([here.as_deref(), in_a_task.as_deref()], [Some("of tokio"); 2]);
    }
}

#[test]
fn a_timeout_ends_the_wait() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let (go, gone) = mpsc::channel::<()>();
        let call = gen::blocking(move || gone.recv().is_err());
        let late = yield_!(gen::with_timeout(Duration::from_millis(1), call));
        drop(go);
        assert!(late.unwrap_err().is::<gen::TimeoutError>());
        Ok(())
    }
    for runtime in runtimes() {
        runtime.block_on(body()).unwrap();
    }
}

#[test]
fn a_runtime_that_is_shut_down_does_not_leave_a_call_waiting() {
    let [runtime, _] = runtimes();
    let entered = runtime.handle().clone();
    runtime.shutdown_background();
    let _entered = entered.enter();
    let error = futures::executor::block_on(gen::raw(gen::blocking(|| 7)).join()).unwrap_err();
    assert!(error.is::<LoopClosed>());
}

#[cfg(not(feature = "blocking"))]
#[test]
fn without_a_runtime_the_error_names_the_feature() {
    let error = gen::run_sync(gen::raw(gen::blocking(|| 7)).join()).unwrap_err();
    assert!(error.is::<gen::NoHost>());
    assert!(error.to_string().contains("enable the feature `blocking`"), "{error}");
}
