//! The feature `tokio`: tasks and timers on runtimes of tokio.

use std::time::Duration;

use gen::yield_;

use crate::runtimes::runtimes;

const MS: Duration = Duration::from_millis(1);

#[gen::coroutine(send)]
fn slow(n: u32) -> gen::Result<u32> {
    yield_!(gen::sleep(MS))?;
    Ok(n)
}

#[gen::coroutine(send)]
fn cleans() -> gen::Result<&'static str> {
    let end = yield_!(std::future::pending::<()>());
    assert!(end.unwrap_err().is_cancelled());
    yield_!(gen::sleep(MS))?;
    Ok("cleaned")
}

#[gen::coroutine(send)]
fn stubborn() -> gen::Result<()> {
    loop {
        let _ = yield_!(gen::sleep(Duration::from_secs(1000)));
    }
}

#[gen::coroutine(send)]
fn body() -> gen::Result<u32> {
    let task = gen::spawn(slow(1));
    let list = yield_!([slow(2), slow(3)])?;
    let sum = yield_!(task)? + list[0] + list[1];
    let error = yield_!(gen::with_timeout(MS, std::future::pending::<()>())).unwrap_err();
    assert!(error.is::<gen::TimeoutError>());
    let cleaned = gen::spawn(cleans());
    yield_!(cleaned.cancel("enough"))?;
    assert_eq!(yield_!(cleaned)?, "cleaned");
    let thrown = gen::spawn(cleans());
    let t = gen::spawn(stubborn());
    yield_!(t.cancel("x").grace(MS))?;
    assert!(yield_!(t).unwrap_err().is_cancelled());
    assert_eq!(yield_!(thrown.trace())?.len(), 1);
    yield_!(thrown.cancel("b"))?;
    let context = gen::context::capture();
    std::thread::spawn(move || context.throw("from a thread"));
    let error = yield_!(std::future::pending::<()>()).unwrap_err();
    assert_eq!(error.to_string(), "from a thread");
    yield_!(gen::moment())?;
    yield_!(gen::sleep(Duration::ZERO))?;
    Ok(sum)
}

#[test]
fn a_coroutine_spawns_waits_cancels_and_is_thrown_into() {
    for runtime in runtimes() {
        let six = runtime.block_on(async { gen::spawn(body()).await });
        assert_eq!(six.unwrap(), 6);
    }
}

/// An engine on a runtime with many threads: its first error is that of the call, and a later one
/// is thrown into the coroutine that has made the call.
#[test]
fn an_engine_that_is_send_runs_on_every_runtime() {
    #[gen::engine(send)]
    fn fails(turns: u32) -> gen::Result {
        for _ in 0..turns {
            yield_!(gen::sleep(MS))?;
        }
        Err(gen::Error::new("the engine failed"))
    }
    #[gen::coroutine]
    fn calls() -> gen::Result<(String, String)> {
        let at_once = fails(0).unwrap_err().to_string();
        fails(2)?;
        let later = yield_!(std::future::pending::<()>()).unwrap_err();
        Ok((at_once, later.to_string()))
    }
    for runtime in runtimes() {
        let errors = runtime.block_on(async { gen::spawn(calls()).await });
        let failed = || "the engine failed".to_owned();
        assert_eq!(errors.unwrap(), (failed(), failed()));
    }
}

#[test]
fn an_engine_that_is_not_send_says_what_to_write_where_it_has_no_place() {
    #[gen::engine]
    fn engine() -> gen::Result {
        yield_!(gen::moment())
    }
    for runtime in runtimes() {
        let error = runtime.block_on(async { engine().unwrap_err() });
        assert!(error.is::<gen::NoHost>());
        assert!(error.to_string().contains("#[gen::engine(send)]"), "{error}");
        assert!(runtime.block_on(gen::local(async { engine() })).is_ok());
    }
}
