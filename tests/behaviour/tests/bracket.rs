//! `bracket` and `finally`: the release runs once, however the use ends.

use std::future::{pending, ready};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::task::Poll;

use behaviour::{logged, needs, reason, run, seconds, spawn, Journal, PanicsInDrop, Task};
use gen::{yield_, ChildKey, Exit};

/// The content of a bracket. It says when it is dropped without a release.
struct Resource {
    name: &'static str,
    journal: Journal,
    is_released: bool,
}

impl Drop for Resource {
    fn drop(&mut self) {
        if !self.is_released {
            self.journal.say(format!("{} lost", self.name));
        }
    }
}

#[gen::coroutine]
fn acquire(name: &'static str, journal: Journal) -> gen::Result<Resource> {
    yield_!(gen::sleep(seconds(1)))?;
    journal.say(format!("{name} acquired"));
    Ok(Resource { name, journal, is_released: false })
}

/// Takes a second, and says how the use has ended.
#[gen::coroutine]
fn release(mut resource: Resource, exit: Exit) -> gen::Result {
    resource.is_released = true;
    yield_!(gen::sleep(seconds(1)))?;
    let exit = match exit {
        Exit::Success => "success".to_owned(),
        Exit::Failed(error) => format!("failed: {error}"),
        Exit::Cancelled(error) => error.to_string(),
        Exit::Panicked(text) => format!("panicked: {text}"),
        other => format!("{other:?}").to_lowercase(),
    };
    resource.journal.say(format!("{} released: {exit}", resource.name));
    Ok(())
}

#[gen::coroutine]
fn fails_to_release(mut resource: Resource, _: Exit) -> gen::Result {
    resource.is_released = true;
    yield_!(gen::sleep(seconds(1)))?;
    gen::bail!("{} cannot be released", resource.name)
}

#[gen::coroutine]
fn use_it(resource: &mut Resource, end: End) -> gen::Result<u32> {
    yield_!(gen::sleep(seconds(1)))?;
    resource.journal.say(format!("{} used", resource.name));
    match end {
        End::Well => Ok(7),
        End::Failing => gen::bail!("no route"),
        End::Panicking => panic!("a bug"),
        End::Waiting => yield_!(pending::<u32>()),
    }
}

#[derive(Clone, Copy)]
enum End {
    Well,
    Failing,
    Panicking,
    Waiting,
}

#[gen::coroutine]
fn whole(end: End, journal: Journal) -> gen::Result<u32> {
    yield_!(gen::bracket(acquire("a", journal), async |a| yield_!(use_it(a, end))).release(release))
}

#[gen::coroutine]
fn whole_with_failing_release(end: End, journal: Journal) -> gen::Result<u32> {
    yield_!(gen::bracket(acquire("a", journal), async |a| yield_!(use_it(a, end))).release(fails_to_release))
}

#[gen::coroutine]
fn nested(end: End, journal: Journal) -> gen::Result<u32> {
    let inner = journal.clone();
    yield_!(gen::bracket(acquire("a", journal), async |_| {
        yield_!(gen::bracket(acquire("b", inner), async |b| yield_!(use_it(b, end))).release(release))
    })
    .release(release))
}

/// Runs the body, and cancels it after `delay` seconds.
fn cancelled_after<C>(delay: u64, body: C) -> gen::Result<u32>
where
    C: std::future::Future<Output = gen::Result<u32>> + Send + 'static,
{
    run(async {
        let task = spawn(body);
        gen::sleep(seconds(delay)).await?;
        task.cancel("enough").await;
        Ok(task.await)
    })
}

/// The message of the panic of a body that must panic.
fn panic_of<C>(body: C) -> String
where
    C: std::future::Future<Output = gen::Result<u32>> + Send + 'static,
{
    let error = run(async { Ok(spawn(body).await.unwrap_err()) });
    error.downcast_ref::<gen::Panicked>().expect("the panic goes on").message().to_owned()
}

/// Otherwise a connection would leak, or would be released before the use had ended.
#[test]
fn the_release_runs_after_a_success_and_after_a_failure() {
    let journal = Journal::default();
    assert_eq!(run(whole(End::Well, journal.clone())), 7);
    assert_eq!(journal.take(), "a acquired, a used, a released: success");
    let error = behaviour::run_to_result(whole(End::Failing, journal.clone())).unwrap_err();
    assert_eq!(error.to_string(), "no route");
    assert_eq!(journal.take(), "a acquired, a used, a released: failed: no route");
}

/// Otherwise a cancelled task would leak its connection.
#[test]
fn the_release_runs_after_a_cancellation_of_the_use() {
    let journal = Journal::default();
    let error = cancelled_after(5, whole(End::Waiting, journal.clone())).unwrap_err();
    assert_eq!(reason(&error), "enough");
    assert_eq!(journal.take(), "a acquired, a used, a released: cancelled: enough");
}

/// Otherwise the yield that waits for the bracket would take the cancellation, and would drop the
/// bracket.
#[test]
fn a_use_that_cannot_take_a_cancellation_is_dropped_by_it() {
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result<u32> {
        yield_!(gen::bracket(acquire("a", journal), async |_| pending::<gen::Result<u32>>().await)
            .release(release))
    }
    let journal = Journal::default();
    let error = cancelled_after(5, body(journal.clone())).unwrap_err();
    assert_eq!(reason(&error), "enough");
    assert_eq!(journal.take(), "a acquired, a released: cancelled: enough");
}

/// Otherwise a bug in the use would leak the connection, or would be hidden.
#[test]
fn the_release_runs_after_a_panic_and_then_the_panic_goes_on() {
    let journal = Journal::default();
    assert_eq!(panic_of(whole(End::Panicking, journal.clone())), "a bug");
    assert_eq!(journal.take(), "a acquired, a used, a released: panicked: a bug");

    // A function may panic before it makes its future.
    fn panics(_: &mut Resource) -> std::future::Ready<gen::Result<u32>> {
        panic!("at once")
    }
    assert_eq!(panic_of(gen::bracket(acquire("a", journal.clone()), panics).release(release)), "at once");
    assert_eq!(journal.take(), "a acquired, a released: panicked: at once");
}

/// Otherwise a transaction would be released after the connection that it needs.
#[test]
fn nested_brackets_are_released_in_reverse_order() {
    let journal = Journal::default();
    let began = "a acquired, b acquired, b used";
    assert_eq!(run(nested(End::Well, journal.clone())), 7);
    assert_eq!(journal.take(), format!("{began}, b released: success, a released: success"));
    behaviour::run_to_result(nested(End::Failing, journal.clone())).unwrap_err();
    assert_eq!(
        journal.take(),
        format!("{began}, b released: failed: no route, a released: failed: no route")
    );
    cancelled_after(9, nested(End::Waiting, journal.clone())).unwrap_err();
    let exit = "cancelled: enough";
    assert_eq!(journal.take(), format!("{began}, b released: {exit}, a released: {exit}"));
    panic_of(nested(End::Panicking, journal.clone()));
    let exit = "panicked: a bug";
    assert_eq!(journal.take(), format!("{began}, b released: {exit}, a released: {exit}"));
}

/// Otherwise a failed commit would look like a success.
#[test]
fn a_failure_of_the_release_after_a_success_is_the_error_of_the_whole() {
    let journal = Journal::default();
    let error = behaviour::run_to_result(whole_with_failing_release(End::Well, journal)).unwrap_err();
    assert_eq!((error.to_string().as_str(), error.others().len()), ("a cannot be released", 0));
}

/// Otherwise the failure of the release would hide its cause, or would be lost.
#[test]
fn if_both_fail_the_use_is_told_first_and_the_release_beside_it() {
    let journal = Journal::default();
    let (error, lines) =
        logged(|| behaviour::run_to_result(whole_with_failing_release(End::Failing, journal)).unwrap_err());
    assert_eq!(error.to_string(), "no route");
    let [other] = error.others() else { panic!("{error:?}") };
    assert_eq!(other.to_string(), "[release]: a cannot be released");
    assert_eq!(other.key, ChildKey::Key("release".to_owned()));
    let text = "ERROR gen: the release of a bracket failed after its use had failed: [release]: a cannot be released";
    assert!(lines.len() == 1 && lines[0].starts_with(text), "{lines:?}");
}

/// Otherwise the failure of the release would take the place of the panic, or would be lost.
#[test]
fn a_failure_of_the_release_after_a_panic_is_logged() {
    let (panic, lines) = logged(|| panic_of(whole_with_failing_release(End::Panicking, Journal::default())));
    assert_eq!(panic, "a bug");
    let text = "ERROR gen: the release of a bracket failed after its use had panicked: a cannot be released";
    assert!(lines.iter().any(|line| line.starts_with(text)), "{lines:?}");
}

/// Otherwise a release that panics would begin again in its drop, or would hide the error of the
/// use.
#[test]
fn a_panic_of_the_release_goes_on() {
    #[gen::coroutine]
    fn panics(mut resource: Resource, _: Exit) -> gen::Result {
        resource.is_released = true;
        panic!("a bug in the release")
    }
    for (end, logs) in [(End::Well, 0), (End::Failing, 1)] {
        let journal = Journal::default();
        let body = gen::bracket(acquire("a", journal.clone()), async move |a| use_it(a, end).await);
        let (panic, lines) = logged(|| panic_of(body.release(panics)));
        assert_eq!(panic, "a bug in the release");
        let told = lines.iter().filter(|line| line.contains("no route")).count();
        assert_eq!((told, journal.take().as_str()), (logs, "a acquired, a used"));
    }
}

/// Otherwise a second request, or the one that ended the use, would cut off the release.
#[test]
fn a_cancellation_waits_for_the_end_of_the_release() {
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result<u32> {
        let used = yield_!(whole(End::Well, journal.clone()));
        journal.say(format!("{}", used?));
        yield_!(pending::<u32>())
    }
    needs!(VirtualTime);
    let journal = Journal::default();
    // It acquires for a second, uses for a second, and then releases for a second.
    let error = run(async {
        let task = spawn(body(journal.clone()));
        gen::sleep(seconds(2) + seconds(1) / 2).await?;
        let first = task.cancel("enough");
        gen::sleep(seconds(1) / 4).await?;
        drop(task.cancel("at last"));
        first.await;
        Ok(task.await.unwrap_err())
    });
    assert_eq!(reason(&error), "enough");
    assert_eq!(journal.take(), "a acquired, a used, a released: success, 7");
}

/// Otherwise a cancelled acquisition would wait to its end, or a release would have no resource.
#[test]
fn a_cancelled_acquisition_ends_with_the_cancellation_and_nothing_is_released() {
    #[gen::coroutine]
    fn never(journal: Journal) -> gen::Result<Resource> {
        let error = yield_!(pending::<gen::Result<Resource>>()).err().expect("it is cancelled");
        journal.say("told");
        Err(error)
    }
    let journal = Journal::default();
    let acquires = gen::bracket(never(journal.clone()), async |a| use_it(a, End::Well).await);
    assert_eq!(reason(&cancelled_after(1, acquires.release(release)).unwrap_err()), "enough");
    assert_eq!(journal.take(), "told");
    let plain = gen::bracket(pending::<gen::Result<Resource>>(), async |a| use_it(a, End::Well).await);
    assert_eq!(reason(&cancelled_after(1, plain.release(release)).unwrap_err()), "enough");
}

/// Otherwise a resource that was acquired all the same would leak, or would be used after the
/// cancellation.
#[test]
fn a_resource_that_is_acquired_in_spite_of_a_cancellation_is_released() {
    #[gen::coroutine]
    fn stubborn(journal: Journal) -> gen::Result<Resource> {
        let _ = yield_!(gen::sleep(seconds(100)));
        yield_!(acquire("a", journal))
    }
    let journal = Journal::default();
    let whole = gen::bracket(stubborn(journal.clone()), async |a| use_it(a, End::Well).await);
    assert_eq!(reason(&cancelled_after(1, whole.release(release)).unwrap_err()), "enough");
    assert_eq!(journal.take(), "a acquired, a released: cancelled: enough");
}

/// Otherwise a shield around the acquisition would lose the cancellation.
#[test]
fn a_cancellation_of_a_shielded_acquisition_arrives_in_the_use() {
    let journal = Journal::default();
    let shielded = gen::shield(acquire("a", journal.clone())).join();
    let whole = gen::bracket(shielded, async |a| use_it(a, End::Well).await).release(release);
    let error = run(async {
        let task = spawn(whole);
        task.cancel("enough").await;
        Ok(task.await.unwrap_err())
    });
    assert_eq!(reason(&error), "enough");
    assert_eq!(journal.take(), "a acquired, a released: cancelled: enough");
}

/// Otherwise a release would run without a resource.
#[test]
fn a_failure_to_acquire_is_the_error_of_the_whole() {
    let none = ready(gen::Result::<Resource>::Err(gen::Error::new("no more")));
    let whole = gen::bracket(none, async |a| use_it(a, End::Well).await).release(release);
    assert_eq!(behaviour::run_to_result(whole).unwrap_err().to_string(), "no more");
}

/// Otherwise the failure of a callback would drop the bracket.
#[test]
fn a_thrown_error_ends_the_use_and_is_raised_after_the_release() {
    let journal = Journal::default();
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result<u32> {
        yield_!(gen::bracket(acquire("a", journal), async |_| pending::<gen::Result<u32>>().await)
            .release(release))
    }
    let error = run(async {
        let task = spawn(body(journal.clone()));
        gen::sleep(seconds(2)).await?;
        task.throw("the line is cut");
        Ok(task.await.unwrap_err())
    });
    assert_eq!(error.to_string(), "the line is cut");
    assert_eq!(journal.take(), "a acquired, a released: failed: the line is cut");
}

/// Otherwise an error that comes in the release would drop it.
#[test]
fn an_error_that_is_thrown_at_a_release_waits_for_its_end() {
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result<u32> {
        let release = |mut a: Resource, _| async move {
            a.is_released = true;
            gen::sleep(seconds(5)).await?;
            a.journal.say("a released");
            Ok::<_, gen::Error>(())
        };
        yield_!(gen::bracket(acquire("a", journal), async |_| Ok::<_, gen::Error>(7)).release(release))
    }
    let journal = Journal::default();
    let error = run(async {
        let task = spawn(body(journal.clone()));
        gen::sleep(seconds(3)).await?;
        task.throw("the line is cut");
        Ok(task.await.unwrap_err())
    });
    assert_eq!(error.to_string(), "the line is cut");
    assert_eq!(journal.take(), "a acquired, a released");
}

/// Otherwise a timeout, a race or a client that goes away would leak the connection.
#[test]
fn a_bracket_that_is_dropped_is_released_in_a_task() {
    let journal = Journal::default();
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result {
        let nested = nested(End::Waiting, journal.clone());
        assert!(yield_!(gen::with_timeout(seconds(6), nested)).unwrap_err().is::<gen::TimeoutError>());
        journal.say("dropped");
        yield_!(gen::sleep(seconds(6)))
    }
    run(body(journal.clone()));
    let told = journal.take();
    let (before, released) = told.split_once(", dropped, ").expect("a release takes a second");
    assert_eq!(before, "a acquired, b acquired, b used");
    // The tasks do not wait for each other.
    assert!(
        released.contains("b released: dropped") && released.contains("a released: dropped"),
        "{released}"
    );
}

/// Otherwise a release that a timeout cuts off would stop half-way.
#[test]
fn a_release_that_is_dropped_goes_on_in_a_task() {
    needs!(VirtualTime);
    let journal = Journal::default();
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result {
        let whole = whole(End::Well, journal.clone());
        let limited = gen::with_timeout(seconds(2) + seconds(1) / 2, whole);
        assert!(yield_!(limited).unwrap_err().is::<gen::TimeoutError>());
        journal.say("dropped");
        yield_!(gen::sleep(seconds(6)))
    }
    run(body(journal.clone()));
    assert_eq!(journal.take(), "a acquired, a used, dropped, a released: success");
}

/// Otherwise a deadline would not leave the release its time.
#[test]
fn a_timeout_that_cancels_waits_for_the_release() {
    let journal = Journal::default();
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result {
        let limited =
            gen::with_timeout(seconds(6), whole(End::Waiting, journal.clone())).cancel(seconds(100));
        assert!(yield_!(limited).unwrap_err().is::<gen::TimeoutError>());
        journal.say("timed out");
        Ok(())
    }
    run(body(journal.clone()));
    let told = journal.take();
    assert!(told.starts_with("a acquired, a used, a released: cancelled: "), "{told}");
    assert!(told.ends_with(", timed out"), "{told}");
}

/// Otherwise no record would say that a resource was lost.
#[test]
fn a_release_that_is_lost_is_reported() {
    needs!(NoFeatures);
    let journal = Journal::default();
    let name =
        || ready(Ok::<_, gen::Error>(Resource { name: "a", journal: journal.clone(), is_released: false }));
    let waits = async |_: &mut Resource| pending::<gen::Result<u32>>().await;
    let drop_of = |whole: std::pin::Pin<Box<dyn std::future::Future<Output = gen::Result<u32>> + '_>>| {
        let mut task = Task::new(gen::LocalBoxCoroutine::new(yields(whole)));
        assert!(task.poll().is_pending());
        let ((), lines) = logged(|| drop(task));
        lines
    };
    let text = "ERROR gen: a bracket was dropped, and its release did not ";
    // Nothing takes a task here.
    for lines in [
        drop_of(Box::pin(gen::bracket(name(), waits).release(release))),
        drop_of(Box::pin(gen::bracket(name(), waits).release_local(release))),
    ] {
        let [line] = &lines[..] else { panic!("it is reported once: {lines:?}") };
        assert!(line.starts_with(&format!("{text}run: no executor that takes a task")), "{line}");
    }
    let line = drop_of(Box::pin(gen::bracket(name(), waits).release_in_place(release)));
    assert_eq!(line, [format!("{text}run")]);
    let sticks = |_, _| pending::<gen::Result>();
    let lines =
        drop_of(Box::pin(gen::bracket(name(), async |_| Ok::<_, gen::Error>(7)).release_local(sticks)));
    let [line] = &lines[..] else { panic!("it is reported once: {lines:?}") };
    assert!(line.starts_with("ERROR gen: a bracket was dropped before its release had ended: no "), "{line}");
    let stuck = |_, _| pending::<gen::Result>();
    let line =
        drop_of(Box::pin(gen::bracket(name(), async |_| Ok::<_, gen::Error>(7)).release_in_place(stuck)));
    assert_eq!(line, ["ERROR gen: a bracket was dropped before its release had ended"]);
    assert_eq!(journal.take(), ["a lost"; 5].join(", "));
}

/// Otherwise the failure of a callback would be lost, if a timeout then cuts off the release.
#[test]
fn an_error_that_is_thrown_at_a_release_is_reported_if_the_bracket_is_dropped() {
    needs!(NoFeatures);
    let used = async |_: &mut ()| gen::Ok(7);
    let whole = gen::bracket(ready(gen::Ok(())), used).release_in_place(|_, _| pending::<gen::Result>());
    let mut task = Task::new(gen::LocalBoxCoroutine::new(yields(whole)));
    assert!(task.poll().is_pending());
    assert!(task.throw("the line is cut").is_pending());
    assert!(task.thrown.is_none());
    let ((), lines) = logged(|| drop(task));
    let [thrown, lost] = &lines[..] else { panic!("{lines:?}") };
    let text =
        "ERROR gen: an error that was thrown at the release of a bracket that was dropped: the line is cut";
    assert!(thrown.starts_with(text), "{lines:?}");
    assert_eq!(lost, "ERROR gen: a bracket was dropped before its release had ended");
}

/// Otherwise a destructor that panics would leak the resource.
#[test]
fn a_panic_in_the_drop_of_the_use_does_not_skip_the_release() {
    let journal = Journal::default();
    let used = async |_: &mut ()| {
        let _panics = PanicsInDrop;
        pending::<gen::Result<u32>>().await
    };
    let whole = gen::bracket(ready(gen::Ok(())), used).release_in_place(|_, exit: Exit| {
        journal.say(format!("released: {}", exit.error().expect("it has failed")));
        ready(gen::Ok(()))
    });
    let mut task = Task::new(gen::LocalBoxCoroutine::new(yields(whole)));
    assert!(task.poll().is_pending());
    let (thrown, lines) = logged(|| task.throw("the line is cut"));
    let Poll::Ready(Err(error)) = thrown else { panic!("the use is dropped") };
    assert_eq!(error.to_string(), "the line is cut");
    assert_eq!(journal.take(), "released: the line is cut");
    assert_eq!(lines, ["ERROR gen: the drop of the use of a bracket panicked: in a drop"]);
}

/// Otherwise no record would say that a panic elsewhere has cut off a release.
#[test]
fn a_release_that_a_panic_elsewhere_cuts_off_is_reported() {
    needs!(NoFeatures);
    let used = async |_: &mut ()| gen::Ok(7);
    let whole = gen::bracket(ready(gen::Ok(())), used).release_in_place(|_, _| pending::<gen::Result>());
    let mut task = Task::new(gen::LocalBoxCoroutine::new(yields(whole)));
    assert!(task.poll().is_pending());
    let (_, lines) = logged(|| {
        catch_unwind(AssertUnwindSafe(|| {
            let _dropped = task;
            panic!("a bug elsewhere");
        }))
    });
    assert_eq!(lines, ["ERROR gen: a bracket was dropped before its release had ended"]);
}

/// Otherwise the log would have the bug twice, the second time as a mistake of the code that has
/// dropped the bracket.
#[test]
fn a_panic_of_a_release_in_a_task_is_reported_once() {
    #[gen::coroutine]
    fn panics(mut resource: Resource, _: Exit) -> gen::Result {
        resource.is_released = true;
        yield_!(gen::moment())?;
        panic!("a bug in the release")
    }
    #[gen::coroutine]
    fn body() -> gen::Result {
        let whole = gen::bracket(acquire("a", Journal::default()), waits).release(panics);
        assert!(yield_!(gen::with_timeout(seconds(3), whole)).is_err());
        yield_!(gen::sleep(seconds(6)))
    }
    let ((), lines) = logged(|| run(body()));
    assert!(lines.len() == 1 && lines[0].contains("panicked: a bug in the release"), "{lines:?}");
}

#[gen::coroutine]
fn yields<F: std::future::Future<Output = gen::Result<u32>>>(whole: F) -> gen::Result<u32> {
    yield_!(whole)
}

/// Otherwise the failure of a release in a task would be lost.
#[test]
fn a_failure_of_a_release_in_a_task_is_logged() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let whole = whole_with_failing_release(End::Waiting, Journal::default());
        assert!(yield_!(gen::with_timeout(seconds(3), whole)).is_err());
        yield_!(gen::sleep(seconds(6)))
    }
    let ((), lines) = logged(|| run(body()));
    let text = "the release of a bracket that was dropped has failed";
    assert!(
        lines.len() == 1 && lines[0].contains(text) && lines[0].contains("a cannot be released"),
        "{lines:?}"
    );
}

/// Otherwise a resource that is not `Send`, or that borrows, could not be released.
#[test]
fn a_release_may_be_local_and_may_borrow() {
    use std::cell::Cell;
    use std::rc::Rc;
    #[gen::coroutine]
    fn counted(count: &mut Rc<Cell<u32>>) -> gen::Result<u32> {
        count.set(count.get() + 1);
        yield_!(gen::moment())?;
        Ok(count.get())
    }
    let count = Rc::new(Cell::new(0));
    let given = || ready(Ok::<_, gen::Error>(count.clone()));
    let local = gen::bracket(given(), counted).release_local(|count: Rc<Cell<u32>>, _| async move {
        count.set(count.get() + 10);
        gen::Ok(())
    });
    assert_eq!(run(local), 1);
    let borrowed = gen::bracket(given(), counted).release_in_place(|_, _| async {
        count.set(count.get() + 100);
        gen::Ok(())
    });
    assert_eq!((run(borrowed), count.get()), (12, 112));
}

/// Otherwise a resource that is not `Send` would be lost with its bracket.
#[test]
fn a_local_bracket_that_is_dropped_is_released_in_a_local_task() {
    needs!(LocalTasks);
    use std::rc::Rc;
    let journal = Journal::default();
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result {
        let given = ready(Ok::<_, gen::Error>(Rc::new(journal)));
        let whole = gen::bracket(given, async |_| pending::<gen::Result>().await).release_local(
            |journal: Rc<Journal>, exit: Exit| async move {
                journal.say(format!("{exit:?}"));
                gen::Ok(())
            },
        );
        assert!(yield_!(gen::with_timeout(seconds(1), whole)).is_err());
        yield_!(gen::moment())
    }
    run(body(journal.clone()));
    assert_eq!(journal.take(), "Dropped");
}

/// Otherwise the end of a program would cut off the releases that it has caused itself.
#[test]
fn a_shutdown_waits_for_the_releases_of_the_brackets_that_it_drops() {
    needs!(TheLoop);
    let journal = Journal::default();
    let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    // It cannot take a cancellation, so the task is dropped with its bracket.
    let foreign = Box::pin(gen::bracket(acquire("file", journal.clone()), waits).release(release));
    let task = io_loop.spawn_local(async move { gen::with_timeout(seconds(5), foreign).join().await });
    io_loop.run_sync(gen::sleep(seconds(5))).unwrap();
    assert_eq!(io_loop.shutdown(seconds(60)), 0);
    drop(task);
    assert_eq!(journal.take(), "file acquired, file released: dropped");
}

#[gen::coroutine]
fn waits(_: &mut Resource) -> gen::Result<u32> {
    yield_!(pending::<gen::Result<u32>>())
}

async fn bug() -> gen::Result<u32> {
    panic!("a bug")
}

/// Otherwise a clean-up without a resource would need one.
#[test]
fn a_clean_up_runs_however_its_body_ends() {
    let journal = Journal::default();
    #[gen::coroutine]
    fn cleans(journal: Journal) -> gen::Result {
        yield_!(gen::sleep(seconds(1)))?;
        journal.say("clean");
        Ok(())
    }
    let clean_up = || {
        let journal = journal.clone();
        || cleans(journal)
    };
    assert_eq!(run(gen::finally(ready(gen::Ok(7)), clean_up())), 7);
    assert_eq!(run(gen::finally_local(ready(gen::Ok(7)), clean_up())), 7);
    assert_eq!(run(gen::finally_in_place(ready(gen::Ok(7)), || cleans(journal.clone()))), 7);
    assert_eq!(journal.take(), "clean, clean, clean");
    // The clean-up may be the coroutine itself.
    assert_eq!(run(gen::finally(ready(gen::Ok(7)), cleans(journal.clone()))), 7);
    assert_eq!(run(gen::finally_local(ready(gen::Ok(7)), cleans(journal.clone()))), 7);
    assert_eq!(run(gen::finally_in_place(ready(gen::Ok(7)), cleans(journal.clone()))), 7);
    assert_eq!(journal.take(), "clean, clean, clean");
    let waits = || pending::<gen::Result<u32>>();
    cancelled_after(1, gen::finally(waits(), clean_up())).unwrap_err();
    assert_eq!(panic_of(gen::finally(bug(), clean_up())), "a bug");
    assert_eq!(journal.take(), "clean, clean");
    run(async {
        let limited = gen::with_timeout(seconds(1), gen::finally(waits(), clean_up()));
        assert!(limited.join().await.is_err());
        gen::sleep(seconds(3)).await
    });
    assert_eq!(journal.take(), "clean");
}

/// Otherwise a panic in a body that no task contains would end the program without the release.
#[test]
fn a_panic_reaches_the_caller_that_polls() {
    let journal = Journal::default();
    let cleans = journal.clone();
    let body = gen::finally(bug(), || async move {
        cleans.say("clean");
        gen::Ok(())
    });
    let mut task = Task::new(gen::LocalBoxCoroutine::new(yields(body)));
    let panic = catch_unwind(AssertUnwindSafe(|| match task.poll() {
        Poll::Ready(_) | Poll::Pending => {}
    }));
    assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&"a bug"));
    assert_eq!(journal.take(), "clean");
}
