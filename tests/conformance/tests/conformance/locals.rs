//! Tornado's tests of context variables, which later versions have. Here they are locals.

use behaviour::{elsewhere, spawn};
use gen::yield_;

use super::{run, soon};

gen::local! {
    static REQUEST: u32;
    inherited static TENANT: u32;
}

#[gen::coroutine]
fn sees(expected: u32) -> gen::Result {
    assert_eq!(REQUEST.get(), Some(expected));
    yield_!(gen::moment())?;
    assert_eq!(REQUEST.get(), Some(expected));
    Ok(())
}

/// A native coroutine that waits for one of gen.
async fn native_sees(expected: u32) -> gen::Result {
    assert_eq!(REQUEST.get(), Some(expected));
    sees(expected).await?;
    assert_eq!(REQUEST.get(), Some(expected));
    Ok(())
}

/// The children of all kinds of coroutines see the value of their own parent. (In Tornado a thread
/// sees it if it runs in a copy of the context. Here it is handed to a thread like any value.)
#[test]
fn propagate() {
    async fn native_root(request: u32) -> gen::Result {
        REQUEST.with(request, native_sees(request)).join().await
    }
    #[gen::coroutine]
    fn gen_root(request: u32) -> gen::Result {
        let body = async move {
            yield_!(gen::moment())?;
            yield_!(native_sees(request))
        };
        yield_!(REQUEST.with(request, body))
    }
    #[gen::coroutine]
    fn all() -> gen::Result {
        yield_!((native_root(1), native_root(2), gen_root(3), gen_root(4)))?;
        assert_eq!(REQUEST.get(), None);
        Ok(())
    }
    run(all()).unwrap();
    assert_eq!(run(REQUEST.with(5, async { gen::Ok(elsewhere(|| REQUEST.get())) }).join()).unwrap(), None);
}

/// The earlier value is back when the yield is over, also if it has failed.
#[test]
fn reset() {
    #[gen::coroutine]
    fn fails() -> gen::Result {
        yield_!(sees(2))?;
        gen::bail!("its own error")
    }
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(REQUEST.with(2, sees(2)))?;
        assert_eq!(REQUEST.get(), Some(1));
        let error = yield_!(REQUEST.with(2, fails())).unwrap_err();
        assert_eq!(error.to_string(), "its own error");
        yield_!(sees(1))
    }
    run(REQUEST.with(1, body()).join()).unwrap();
}

/// The first step of a native coroutine sees the value.
#[test]
fn propagate_to_first_yield_with_native_async_function() {
    async fn native() -> gen::Result<Option<u32>> {
        Ok(REQUEST.get())
    }
    #[gen::coroutine]
    fn body() -> gen::Result<Option<u32>> {
        yield_!(REQUEST.with(10, native()))
    }
    assert_eq!(run(body()).unwrap(), Some(10));
}

/// Otherwise a task would work for a request that is over, or not know its tenant.
#[test]
fn context_of_a_task() {
    type Seen = (Option<u32>, Option<u32>);
    fn seen() -> Seen {
        (REQUEST.get(), TENANT.get())
    }
    #[gen::coroutine]
    fn task() -> gen::Result<Seen> {
        let first = seen();
        yield_!(gen::moment())?;
        assert_eq!(seen(), first);
        Ok(first)
    }
    #[gen::coroutine]
    fn body() -> gen::Result<[Seen; 3]> {
        let yielded = yield_!(task())?;
        let task = spawn(task());
        let (promise, called) = gen::promise();
        soon(move || promise.set(seen()).expect("it is new"));
        Ok([yielded, yield_!(task)?, yield_!(called)?])
    }
    let inherited = (None, Some(2));
    let seen = run(REQUEST.with(1, TENANT.with(2, body())).join()).unwrap();
    assert_eq!(seen, [(Some(1), Some(2)), inherited, inherited]);
}
