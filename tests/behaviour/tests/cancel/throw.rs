//! Errors that a handle throws at its task.

use behaviour::logged;

use std::sync::{Arc, Mutex};

use super::*;

/// Says which errors arrive, `times` times.
#[gen::coroutine]
fn hears(times: usize, journal: Journal) -> gen::Result {
    for _ in 0..times {
        let heard = yield_!(gen::sleep(seconds(10)));
        journal.say(heard.map_or_else(|error| error.to_string(), |()| "nothing".to_owned()));
    }
    Ok(())
}

/// Otherwise the second error would be lost, or arrive before the first.
#[test]
fn errors_arrive_in_order_one_at_each_yield() {
    needs!(OneThread);
    let journal = Journal::default();
    run(async {
        let task = spawn(hears(4, journal.clone()));
        ["one", "two", "three"].into_iter().for_each(|error| task.throw(error));
        assert_eq!(journal.take(), "", "never inside of the call");
        task.await
    });
    assert_eq!(journal.take(), "one, two, three, nothing");
}

/// Otherwise these errors would overtake the failures of callbacks, or be overtaken.
#[test]
fn errors_of_handles_and_of_callbacks_share_one_queue() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn schedules(journal: Journal) -> gen::Result {
        let io_loop = gen::IoLoop::current().unwrap();
        io_loop.call_later(seconds(1), || Err::<(), _>("a callback"));
        yield_!(hears(3, journal))
    }
    let journal = Journal::default();
    run(async {
        let task = gen::spawn_local(schedules(journal.clone()));
        task.throw("before");
        gen::sleep(seconds(2)).await?;
        task.throw("after");
        task.await
    });
    assert_eq!(journal.take(), "before, a callback, after");
}

/// The yield that waits for a list takes the error, and the children are dropped. A cancellation
/// would reach the children instead.
#[test]
fn an_error_is_for_one_yield_and_a_cancellation_for_all() {
    #[gen::coroutine]
    fn group(journal: Journal) -> gen::Result {
        let children = [works("a", 1, journal.clone()), works("b", 1, journal.clone())];
        let end = yield_!(children);
        journal.say(end.unwrap_err().to_string());
        Ok(())
    }
    let journal = Journal::default();
    run(async {
        let task = spawn(group(journal.clone()));
        task.throw("cut");
        task.await
    });
    assert_eq!(journal.take(), "cut");
}

/// Otherwise a task that failed because it was cancelled would cancel everything that its spawner
/// waits for.
#[test]
fn a_cancelled_that_is_thrown_is_an_error_like_any_other() {
    needs!(LocalTasks);
    #[gen::coroutine]
    fn spawner(journal: Journal) -> gen::Result {
        let child = spawn(works("child", 0, journal.clone()));
        drop(child.cancel("the child's"));
        child.on_done(|result| result.map(drop));
        let end = yield_!([works("a", 1, journal.clone())]);
        journal.say(reason(&end.unwrap_err()));
        Ok(())
    }
    let journal = Journal::default();
    run(async { spawn(spawner(journal.clone())).await });
    assert_eq!(journal.take(), "child told, child clean, the child's");
}

/// Otherwise no code would receive the error, or the spawner of the task would, which is not
/// responsible.
#[test]
fn an_error_that_comes_too_late_is_logged() {
    // The end of a `ThreadPool` does not wait for the polls that its threads still make.
    needs!(EndDropsTasks);
    let (_, lines) = logged(|| {
        run(async {
            let ended = spawn(async { Ok::<_, gen::Error>(()) });
            ended.throw("after the end");
            let ending = spawn(async { gen::moment().await });
            ending.throw("at the end");
            ended.await?;
            ending.await
        })
    });
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("at a task that had ended: after the end"), "{}", lines[0]);
    assert!(lines[1].contains("at a task that had ended: at the end"), "{}", lines[1]);
    assert!(lines[1].contains(file!()), "it says where it was thrown: {}", lines[1]);
}

/// Otherwise the error would be lost, because the body is executing.
#[test]
fn a_body_may_throw_at_itself() {
    needs!(OneThread);
    type Own = Arc<Mutex<Option<gen::JoinHandle<()>>>>;
    #[gen::coroutine]
    fn body(own: Own, journal: Journal) -> gen::Result {
        yield_!(gen::moment())?;
        own.lock().unwrap().as_ref().unwrap().throw("myself");
        yield_!(hears(1, journal))
    }
    let (own, journal) = (Own::default(), Journal::default());
    run(async {
        let task = spawn(body(own.clone(), journal.clone()));
        *own.lock().unwrap() = Some(task);
        gen::sleep(seconds(1)).await?;
        let task = own.lock().unwrap().take().unwrap();
        task.await
    });
    assert_eq!(journal.take(), "myself");
}

/// Otherwise a task that must end would go on, because an error that it cannot take comes before
/// the request.
#[test]
fn an_error_that_waits_does_not_keep_a_cancellation_waiting() {
    let (_, lines) = logged(|| {
        run(async {
            let task = spawn(async { std::future::pending::<gen::Result>().await });
            task.throw("nobody takes it");
            gen::sleep(seconds(1)).await?;
            task.cancel("stop").await;
            assert_eq!(reason(&task.await.unwrap_err()), "stop");
            Ok(())
        })
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("at a task that had ended: nobody takes it"), "{}", lines[0]);
}
