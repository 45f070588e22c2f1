//! The trace of a suspended task, requested from outside.

use std::future::pending;

use behaviour::{needs, run, seconds, spawn, Children};
use gen::{yield_, Site};

/// The functions of the sites, innermost first.
fn functions(sites: &[Site]) -> Vec<&'static str> {
    sites.iter().map(Site::function).collect()
}

#[gen::coroutine]
fn inner() -> gen::Result {
    yield_!(pending::<()>())
}

#[gen::coroutine]
fn middle() -> gen::Result {
    yield_!(inner())
}

#[gen::coroutine]
fn outer() -> gen::Result {
    yield_!(middle())
}

/// Otherwise a task that hangs would not say where.
#[test]
fn a_chain_tells_its_yields() {
    run(async {
        let task = spawn(outer());
        for _ in 0..2 {
            let sites = task.trace().await;
            assert_eq!(functions(&sites), ["inner", "middle", "outer"]);
            assert!(sites[0].to_string().ends_with(" in inner"));
            assert_eq!(sites[0].file(), file!());
        }
        Ok(())
    });
}

/// Otherwise the body would notice the request, for instance by an additional wake.
#[test]
fn asking_changes_nothing() {
    needs!(OneThread);
    #[gen::coroutine]
    fn waits(child: behaviour::Child) -> gen::Result<u32> {
        yield_!(child)
    }
    let (children, mut futures) = Children::of(1);
    run(async {
        let task = spawn(waits(futures.remove(0)));
        assert_eq!(functions(&task.trace().await), ["waits"]);
        assert_eq!(children.polls(), "2", "once at the start, once to ask");
        children.end(0, Ok(7));
        assert_eq!(task.await?, 7);
        Ok(())
    });
}

/// Otherwise a task would not say where it is, because of an error that it cannot take yet.
#[test]
fn an_error_that_no_yield_takes_does_not_hold_up_the_answer() {
    #[gen::coroutine]
    fn awaits(child: behaviour::Child) -> gen::Result {
        child.await?;
        yield_!(inner())
    }
    let (children, mut futures) = Children::of(1);
    run(async {
        let task = spawn(awaits(futures.remove(0)));
        task.throw(std::io::Error::other("out of paper"));
        for _ in 0..2 {
            assert_eq!(functions(&task.trace().await), [""; 0]);
        }
        children.end(0, Ok(7));
        assert_eq!(task.await.unwrap_err().to_string(), "out of paper");
        Ok(())
    });
}

/// A request that finds the task ready to go on is answered at its next suspension.
#[test]
fn a_task_that_goes_on_is_asked_where_it_waits_next() {
    #[gen::coroutine]
    fn first(child: behaviour::Child) -> gen::Result<u32> {
        yield_!(child)
    }
    #[gen::coroutine]
    fn then(child: behaviour::Child) -> gen::Result {
        yield_!(first(child))?;
        yield_!(inner())
    }
    let (children, mut futures) = Children::of(1);
    run(async {
        let task = spawn(then(futures.remove(0)));
        children.end(0, Ok(7));
        assert_eq!(functions(&task.trace().await), ["inner", "then"]);
        Ok(())
    });
}

/// Otherwise the sites of other tasks, or of the children of a group, would be mixed with those of
/// the chain.
#[test]
fn a_group_is_the_end_of_the_chain() {
    #[gen::coroutine]
    fn group() -> gen::Result {
        yield_!(vec![outer(), outer()]).map(drop)
    }
    #[gen::coroutine]
    fn scoped() -> gen::Result {
        yield_!(gen::scope(|scope| async move {
            scope.spawn(outer());
            yield_!(outer())
        }))
    }
    run(async {
        for task in [spawn(group()), spawn(scoped())] {
            assert_eq!(task.trace().await.len(), 1);
        }
        Ok(())
    });
}

/// Otherwise timeouts, shields, boxes and foreign `select!`s would hide where the task is.
#[test]
fn what_has_one_child_is_no_end() {
    #[gen::coroutine]
    fn limited() -> gen::Result {
        yield_!(gen::with_timeout(seconds(10), gen::shield(Some(inner())))).map(drop)
    }
    #[gen::coroutine]
    fn graced() -> gen::Result {
        yield_!(gen::with_timeout(seconds(10), gen::boxed_send(inner())).cancel(seconds(1)))
    }
    #[gen::coroutine]
    fn joins() -> gen::Result {
        let (a, b) = futures::join!(inner(), inner());
        a.and(b)
    }
    run(async {
        assert_eq!(functions(&spawn(limited()).trace().await), ["inner", "limited"]);
        assert_eq!(functions(&spawn(graced()).trace().await), ["inner", "graced"]);
        assert_eq!(functions(&spawn(joins()).trace().await), ["inner", "inner"]);
        Ok(())
    });
}

/// Otherwise the request would wait for ever.
#[test]
fn a_task_that_has_ended_is_nowhere() {
    run(async {
        let ended = spawn(async { Ok::<_, gen::Error>(()) });
        assert_eq!(ended.trace().await, []);
        let ending = spawn(async { gen::moment().await });
        let asked = ending.trace();
        assert_eq!(asked.await, []);
        ended.await?;
        ending.await
    });
    let io_loop = gen::IoLoop::new();
    let task = io_loop.spawn_local(outer());
    let asked = task.trace();
    drop(io_loop);
    assert_eq!(gen::block_on(asked), []);
    assert_eq!(gen::block_on(task.trace()), []);
}

/// Otherwise a thread that monitors tasks could not request a trace.
#[test]
fn another_thread_may_ask() {
    let sites = run(async {
        let task = gen::spawn(outer());
        let (asked, _task) = std::thread::spawn(move || (task.trace(), task)).join().unwrap();
        Ok::<_, gen::Error>(asked.await)
    });
    assert_eq!(functions(&sites)[0], "inner");
}

/// Otherwise a cancellation that a shield holds back, and a trace request, would block each other.
#[test]
fn a_question_and_a_cancellation_do_not_mix() {
    #[gen::coroutine]
    fn shielded() -> gen::Result {
        yield_!(gen::shield(gen::sleep(seconds(5))))?;
        yield_!(inner())
    }
    run(async {
        let task = spawn(shielded());
        let cancelling = task.cancel("stop");
        assert_eq!(functions(&task.trace().await), ["shielded"]);
        assert_eq!(functions(&task.trace().await), ["shielded"]);
        cancelling.await;
        assert!(task.await.unwrap_err().is::<gen::Cancelled>());
        Ok(())
    });
}
