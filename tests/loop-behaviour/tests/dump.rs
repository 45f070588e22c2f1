//! The contents of a dump: a test for each row of the table in the docs of `gen::dump`.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::future::{pending, poll_fn, ready, Future};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{mpsc, Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use gen::dump::{ChainEnd, Child, Dump, DumpRequest, Link, TaskDump, TaskState, Waiting, WaitsFor};
use gen::{yield_, IoLoop, VirtualClock};

/// The wait of a task, on one line: `outer > inner > promise 1 of u32`.
fn shape(waiting: &Waiting) -> String {
    let links = waiting.chain.iter().map(|link| match link {
        Link::Yield { site, .. } => site.function().to_owned(),
        Link::Timeout { left, .. } => format!("{:?}", left.unwrap()),
        _ => "something new".to_owned(),
    });
    let end = match &waiting.end {
        ChainEnd::For(waits_for) => waits_for.to_string(),
        ChainEnd::Several(several) => {
            let several: Vec<_> = several.iter().map(shape).collect();
            format!("({})", several.join(" and "))
        }
        ChainEnd::Children(children) => {
            let shape = |child: &Child| format!("{}: {}", child.key, shape(&child.waiting));
            let unfinished: Vec<_> = children.unfinished.iter().map(shape).collect();
            format!("{} [{}]", children.of, unfinished.join(", "))
        }
        _ => "something new".to_owned(),
    };
    links.chain([end]).collect::<Vec<_>>().join(" > ")
}

fn of(task: &TaskDump) -> String {
    shape(task.waiting().expect("the task waits"))
}

fn new_loop() -> IoLoop {
    IoLoop::with_clock(VirtualClock::new())
}

/// The waits of a task of that body after its first step. To ask twice gives the same.
fn shown<F: Future<Output = gen::Result> + 'static>(body: F) -> String {
    let io_loop = new_loop();
    let task = io_loop.spawn_local(body);
    let [first, second] = [(); 2].map(|()| io_loop.dump());
    assert!(!task.is_done());
    let shown = of(&first.tasks()[0]);
    assert_eq!(of(&second.tasks()[0]), shown);
    shown
}

fn named<'a>(dump: &'a Dump, name: &str) -> &'a TaskDump {
    let is_named = |task: &&TaskDump| task.name().ends_with(&format!("::{name}"));
    dump.tasks().iter().find(is_named).unwrap_or_else(|| panic!("no task `{name}` in\n{dump}"))
}

const FOREVER: &str = "Pending<()> (keeps no waker)";

#[gen::coroutine]
fn leaf() -> gen::Result {
    yield_!(pending::<()>())
}

#[gen::coroutine]
fn middle() -> gen::Result {
    yield_!(leaf())
}

#[gen::coroutine]
fn outer() -> gen::Result {
    yield_!(middle())
}

/// Is suspended at an `.await`, around a coroutine.
#[gen::coroutine]
fn awaits() -> gen::Result {
    leaf().await
}

#[gen::coroutine]
fn sleeps(seconds: u64) -> gen::Result {
    yield_!(gen::sleep(Duration::from_secs(seconds)))
}

#[test]
fn a_chain_is_shown_from_its_outermost_yield_to_its_leaf() {
    assert_eq!(shown(outer()), format!("outer > middle > leaf > {FOREVER}"));
    #[gen::coroutine]
    fn around() -> gen::Result {
        yield_!(awaits())
    }
    assert_eq!(shown(around()), format!("around > leaf > {FOREVER}"));
}

#[test]
fn a_boxed_coroutine_does_not_cut_the_chain() {
    #[gen::coroutine(boxed)]
    fn in_box() -> gen::Result {
        yield_!(leaf())
    }
    #[gen::coroutine(dyn)]
    fn as_object() -> gen::Result {
        yield_!(leaf())
    }
    #[gen::coroutine]
    fn all() -> gen::Result {
        let other: Pin<Box<dyn Future<Output = gen::Result>>> = Box::pin(leaf());
        yield_!(gen::first_of((in_box(), as_object(), gen::boxed(leaf()), other))).map(drop)
    }
    let inner = format!("leaf > {FOREVER}");
    assert_eq!(
        shown(all()),
        format!("all > a `first_of` [0: in_box > {inner}, 1: as_object > {inner}, 2: {inner}, 3: {inner}]")
    );
    #[gen::coroutine]
    fn direct() -> gen::Result {
        yield_!(in_box())
    }
    #[gen::coroutine]
    fn object() -> gen::Result {
        yield_!(as_object())
    }
    #[gen::coroutine]
    fn of_std() -> gen::Result {
        let boxed: Pin<Box<dyn Future<Output = gen::Result>>> = Box::pin(leaf());
        yield_!(boxed)
    }
    assert_eq!(shown(direct()), format!("direct > in_box > {inner}"));
    assert_eq!(shown(object()), format!("object > as_object > {inner}"));
    assert_eq!(shown(of_std()), format!("of_std > {inner}"));
}

#[test]
fn a_list_shows_each_unfinished_child() {
    #[gen::coroutine]
    fn list() -> gen::Result {
        let children = vec![gen::boxed(leaf()), gen::boxed(ready(gen::Ok(()))), gen::boxed(middle())];
        yield_!(children).map(drop)
    }
    assert_eq!(shown(list()), format!("list > a list [0: leaf > {FOREVER}, 2: middle > leaf > {FOREVER}]"));
}

#[test]
fn a_map_shows_the_keys_of_its_children() {
    #[gen::coroutine]
    fn map() -> gen::Result {
        yield_!(BTreeMap::from([("a", leaf()), ("b", leaf())])).map(drop)
    }
    #[gen::coroutine]
    fn hash_map() -> gen::Result {
        yield_!(HashMap::from([(7, leaf())])).map(drop)
    }
    assert_eq!(shown(map()), format!("map > a map [\"a\": leaf > {FOREVER}, \"b\": leaf > {FOREVER}]"));
    assert_eq!(shown(hash_map()), format!("hash_map > a map [7: leaf > {FOREVER}]"));
}

#[test]
fn a_tuple_shows_each_child() {
    #[gen::coroutine]
    fn tuple() -> gen::Result {
        yield_!((leaf(), sleeps(3), async {})).map(drop)
    }
    assert_eq!(
        shown(tuple()),
        format!("tuple > a tuple [0: leaf > {FOREVER}, 1: sleeps > a sleep, 3s left]")
    );
}

#[test]
fn nested_groups_are_shown_within_each_other() {
    #[gen::coroutine]
    fn nested() -> gen::Result {
        yield_!(gen::multi(vec![(leaf(), Some(sleeps(1)))]).fail_fast()).map(drop)
    }
    assert_eq!(
        shown(nested()),
        format!("nested > a list [0: a tuple [0: leaf > {FOREVER}, 1: sleeps > a sleep, 1s left]]")
    );
}

#[test]
fn a_limit_shows_those_that_run() {
    #[gen::coroutine]
    fn limited() -> gen::Result {
        yield_!(gen::limit(2, (1..9).map(sleeps))).map(drop)
    }
    #[gen::coroutine]
    fn of_map() -> gen::Result {
        yield_!(gen::limit(2, BTreeMap::from([("a", leaf())]))).map(drop)
    }
    #[gen::coroutine]
    fn as_completed() -> gen::Result {
        let mut results = gen::limit(1, (1..9).map(sleeps)).as_completed();
        yield_!(results.next()).map(drop)
    }
    let first = "0: sleeps > a sleep, 1s left";
    assert_eq!(shown(limited()), format!("limited > a `limit` [{first}, 1: sleeps > a sleep, 2s left]"));
    assert_eq!(shown(of_map()), format!("of_map > a `limit` [\"a\": leaf > {FOREVER}]"));
    assert_eq!(shown(as_completed()), format!("as_completed > a `limit` [{first}]"));
}

#[test]
fn a_limit_shows_the_stream_that_has_no_child_yet() {
    #[gen::coroutine]
    fn streamed() -> gen::Result {
        let (_sender, receiver) = futures::channel::mpsc::unbounded::<gen::BoxYieldable<'static, ()>>();
        yield_!(gen::limit(2, receiver)).map(drop)
    }
    let shown = shown(streamed());
    assert!(shown.starts_with("streamed > (mpsc::UnboundedReceiver<"), "{shown}");
    assert!(shown.ends_with("(keeps 1 waker) and a `limit` [])"), "{shown}");
}

#[test]
fn a_first_of_shows_all_that_race() {
    #[gen::coroutine]
    fn race() -> gen::Result {
        yield_!(gen::first_of([sleeps(1), sleeps(2)]).cancel()).map(drop)
    }
    assert_eq!(
        shown(race()),
        "race > a `first_of` [0: sleeps > a sleep, 1s left, 1: sleeps > a sleep, 2s left]"
    );
}

#[test]
fn a_first_ok_shows_all_that_may_still_succeed_with_their_keys() {
    #[gen::coroutine]
    fn list() -> gen::Result {
        let down = Box::pin(async { Err(gen::Error::new("down")) });
        yield_!(gen::first_ok([gen::boxed(sleeps(1)), gen::boxed(down), gen::boxed(sleeps(2))])).map(drop)
    }
    #[gen::coroutine]
    fn map() -> gen::Result {
        yield_!(gen::first_ok(BTreeMap::from([("near", sleeps(1))])).settle()).map(drop)
    }
    assert_eq!(
        shown(list()),
        "list > a `first_ok` [0: sleeps > a sleep, 1s left, 2: sleeps > a sleep, 2s left]"
    );
    assert_eq!(shown(map()), "map > a `first_ok` [\"near\": sleeps > a sleep, 1s left]");
}

#[test]
fn a_hedge_shows_the_tries_that_were_started() {
    #[gen::coroutine]
    fn hedged() -> gen::Result {
        yield_!(gen::hedge(Duration::from_secs(5), 3, || sleeps(9)))
    }
    assert_eq!(shown(hedged()), "hedged > a `hedge` [0: sleeps > a sleep, 9s left]");
    let io_loop = new_loop();
    let _task = io_loop.spawn_local(hedged());
    io_loop.run_sync(gen::sleep(Duration::from_secs(6))).unwrap();
    let both = "hedged > a `hedge` [0: sleeps > a sleep, 3s left, 1: sleeps > a sleep, 8s left]";
    assert_eq!(of(&io_loop.dump().tasks()[0]), both);
}

#[test]
fn a_bracket_shows_what_its_phase_waits_for() {
    type Phase = fn() -> gen::LocalBoxCoroutine<'static, gen::Result>;
    async fn nothing() -> gen::Result {
        Ok(())
    }
    #[gen::coroutine]
    fn acquires() -> gen::Result {
        yield_!(gen::bracket(leaf(), async |()| nothing().await).release(|(), _| leaf()))
    }
    #[gen::coroutine]
    fn uses() -> gen::Result {
        yield_!(gen::bracket(nothing(), async |()| yield_!(leaf())).release(|(), _| leaf()))
    }
    #[gen::coroutine]
    fn uses_in_a_list() -> gen::Result {
        yield_!(gen::bracket(nothing(), async |()| gen::multi([leaf()]).join().await).release(|(), _| leaf()))
            .map(drop)
    }
    #[gen::coroutine]
    fn releases() -> gen::Result {
        yield_!(gen::bracket(nothing(), async |()| nothing().await).release(|(), _| leaf()))
    }
    #[gen::coroutine]
    fn cleans_up_at_last() -> gen::Result {
        yield_!(gen::finally(nothing(), leaf))
    }
    #[gen::coroutine]
    fn has_a_body() -> gen::Result {
        yield_!(gen::finally_in_place(leaf(), leaf))
    }
    let phases: [(&str, Phase); 6] = [
        ("acquires > leaf", || gen::LocalBoxCoroutine::new(acquires())),
        ("uses > uses > leaf", || gen::LocalBoxCoroutine::new(uses())),
        ("uses_in_a_list > a list [0: leaf", || gen::LocalBoxCoroutine::new(uses_in_a_list())),
        ("releases > leaf", || gen::LocalBoxCoroutine::new(releases())),
        ("cleans_up_at_last > leaf", || gen::LocalBoxCoroutine::new(cleans_up_at_last())),
        ("has_a_body > leaf", || gen::LocalBoxCoroutine::new(has_a_body())),
    ];
    for (chain, phase) in phases {
        let shown = shown(phase());
        assert_eq!(shown.trim_end_matches(']'), format!("{chain} > {FOREVER}"));
    }
    #[gen::coroutine]
    fn uses_plainly() -> gen::Result {
        yield_!(gen::bracket(nothing(), async |()| pending::<gen::Result>().await).release(|(), _| leaf()))
    }
    let uses = "an `async` block in a_bracket_shows_what_its_phase_waits_for::uses_plainly";
    assert_eq!(shown(uses_plainly()), format!("uses_plainly > {uses} (keeps no waker)"));
    #[gen::coroutine]
    fn acquires_plainly() -> gen::Result {
        yield_!(gen::bracket(pending::<gen::Result>(), async |()| nothing().await).release(|(), _| leaf()))
    }
    assert_eq!(shown(acquires_plainly()), "acquires_plainly > Pending<Result<(), Error>> (keeps no waker)");
    #[gen::coroutine]
    fn releases_plainly() -> gen::Result {
        let release = |(), _| pending::<gen::Result>();
        yield_!(gen::bracket(nothing(), async |()| nothing().await).release(release))
    }
    assert_eq!(shown(releases_plainly()), "releases_plainly > Pending<Result<(), Error>> (keeps no waker)");
}

/// Otherwise no dump would say which release does not end.
#[test]
fn a_release_in_a_task_is_shown_with_its_chain() {
    #[gen::coroutine]
    fn drops() -> gen::Result {
        let open = async { Ok::<_, gen::Error>(()) };
        let waits = gen::bracket(open, async |()| pending::<gen::Result>().await).release(|(), _| leaf());
        yield_!(gen::first_of((waits, async { Ok::<_, gen::Error>(()) }))).map(drop)
    }
    let io_loop = new_loop();
    io_loop.run_sync(drops()).unwrap();
    let dump = io_loop.dump();
    let [task] = dump.tasks() else { panic!("one task: {dump}") };
    assert_eq!(task.name(), "dump::leaf");
    assert_eq!(of(task), format!("leaf > {FOREVER}"));
}

#[test]
fn a_wait_iterator_shows_those_that_have_not_come() {
    #[gen::coroutine]
    fn iterates() -> gen::Result {
        let mut waits = gen::WaitIterator::new([sleeps(1), sleeps(2)]);
        yield_!(waits.next())
    }
    #[gen::coroutine]
    fn keyed() -> gen::Result {
        let mut waits = gen::WaitIterator::keyed([(Rc::new(7), leaf())]);
        yield_!(waits.next())
    }
    assert_eq!(
        shown(iterates()),
        "iterates > a `WaitIterator` [0: sleeps > a sleep, 1s left, 1: sleeps > a sleep, 2s left]"
    );
    assert_eq!(shown(keyed()), format!("keyed > a `WaitIterator` [0: leaf > {FOREVER}]"));
}

#[test]
fn a_scope_shows_its_body_and_its_children() {
    #[gen::coroutine]
    fn scoped() -> gen::Result {
        yield_!(gen::scope(|scope| async move {
            let first = scope.spawn(leaf());
            scope.spawn(sleeps(2));
            yield_!(first)
        }))
    }
    assert_eq!(
        shown(scoped()),
        format!(
            "scoped > a scope [body: scoped > child 0 of its scope, 0: leaf > {FOREVER}, \
             1: sleeps > a sleep, 2s left]"
        )
    );
}

#[test]
fn a_timeout_shows_the_time_that_is_left_and_its_child() {
    #[gen::coroutine]
    fn limited() -> gen::Result {
        yield_!(gen::with_timeout(Duration::from_secs(5), middle()))
    }
    #[gen::coroutine]
    fn graced() -> gen::Result {
        yield_!(gen::with_timeout(Duration::from_secs(5), gen::shield(leaf())).cancel(Duration::from_secs(1)))
    }
    #[gen::coroutine]
    fn foreign() -> gen::Result {
        yield_!(gen::with_timeout(Duration::from_secs(5), pending::<gen::Result>()))
    }
    assert_eq!(shown(limited()), format!("limited > 5s > middle > leaf > {FOREVER}"));
    assert_eq!(shown(graced()), format!("graced > 5s > leaf > {FOREVER}"));
    let foreign = shown(foreign());
    assert!(foreign.starts_with("foreign > 5s > Pending<"), "{foreign}");
    #[gen::coroutine]
    fn in_box() -> gen::Result {
        let boxed: Pin<Box<dyn Future<Output = gen::Result>>> = Box::pin(middle());
        yield_!(gen::with_timeout(Duration::from_secs(5), boxed))
    }
    assert_eq!(shown(in_box()), format!("in_box > 5s > middle > leaf > {FOREVER}"));
}

#[test]
fn a_retry_and_a_repeat_show_the_try_or_the_wait() {
    const SECONDS: [Duration; 1] = [Duration::from_secs(3)];
    #[gen::coroutine]
    fn tries() -> gen::Result {
        yield_!(gen::retry(SECONDS, middle))
    }
    #[gen::coroutine]
    fn waits() -> gen::Result {
        yield_!(gen::retry(SECONDS, || ready(Err::<(), _>(gen::Error::new("no")))))
    }
    #[gen::coroutine]
    fn repeats() -> gen::Result {
        yield_!(gen::repeat(SECONDS, || ready(Ok::<_, gen::Error>(()))))
    }
    assert_eq!(shown(tries()), format!("tries > middle > leaf > {FOREVER}"));
    assert_eq!(shown(waits()), "waits > a sleep, 3s left");
    assert_eq!(shown(repeats()), "repeats > a sleep, 3s left");
}

#[test]
fn a_tick_is_a_sleep() {
    #[gen::coroutine]
    fn ticks() -> gen::Result {
        let mut ticks = gen::every(Duration::from_secs(3));
        yield_!(ticks.next()).map(drop)
    }
    assert_eq!(shown(ticks()), "ticks > a sleep, 3s left");
}

#[test]
fn a_time_that_is_left_has_no_more_digits_than_anybody_reads() {
    #[gen::coroutine]
    fn waits(micros: u64) -> gen::Result {
        yield_!(gen::sleep(Duration::from_micros(micros)))
    }
    assert_eq!(shown(waits(1_234_567)), "waits > a sleep, 1.234s left");
    assert_eq!(shown(waits(999)), "waits > a sleep, 999µs left");
}

#[test]
fn a_shield_and_an_option_show_what_is_in_them() {
    #[gen::coroutine]
    fn shielded() -> gen::Result {
        yield_!(gen::shield(Some(leaf()))).map(drop)
    }
    assert_eq!(shown(shielded()), format!("shielded > leaf > {FOREVER}"));
}

#[test]
fn join_and_select_of_another_library_show_each_branch() {
    #[gen::coroutine]
    fn joins() -> gen::Result {
        let (a, b) = futures::join!(middle(), sleeps(2));
        a.and(b)
    }
    #[gen::coroutine]
    fn yields_join() -> gen::Result {
        yield_!(futures::future::join(middle(), futures::future::join(sleeps(2), outer()))).map(drop)
    }
    #[gen::coroutine]
    fn selects() -> gen::Result {
        tokio::select! {
            biased;
            result = leaf() => result,
            result = sleeps(2) => result,
        }
    }
    #[gen::coroutine]
    fn around() -> gen::Result {
        yield_!(joins())
    }
    let (middle, sleeps) = ("middle > leaf > Pending<()>", "sleeps > a sleep, 2s left");
    let middle = format!("{middle} (keeps no waker)");
    assert_eq!(shown(joins()), format!("({middle} and {sleeps})"));
    assert_eq!(shown(around()), format!("around > ({middle} and {sleeps})"));
    assert_eq!(shown(selects()), format!("(leaf > {FOREVER} and {sleeps})"));
    #[gen::coroutine]
    fn list() -> gen::Result {
        yield_!(vec![leaf()]).map(drop)
    }
    #[gen::coroutine]
    fn joins_list() -> gen::Result {
        let boxed: Pin<Box<dyn Future<Output = gen::Result>>> = Box::pin(outer());
        futures::join!(boxed, list()).1
    }
    assert_eq!(
        shown(joins_list()),
        format!("(outer > middle > leaf > {FOREVER} and list > a list [0: leaf > {FOREVER}])")
    );
    let unknown = "middle > leaf > Pending<()>";
    assert_eq!(shown(yields_join()), format!("yields_join > ({unknown} and {sleeps} and outer > {unknown})"));
}

#[test]
fn an_engine_is_shown_like_any_task() {
    #[gen::engine]
    fn engine() -> gen::Result {
        yield_!(leaf())
    }
    let io_loop = new_loop();
    let dump = io_loop.run_sync(async {
        engine()?;
        gen::dump().await
    });
    let dump = dump.unwrap();
    assert_eq!(of(named(&dump, "engine")), format!("engine > leaf > {FOREVER}"));
}

#[test]
fn a_task_that_is_waited_for_is_named_and_names_its_waiter() {
    #[gen::coroutine]
    fn waits() -> gen::Result {
        let other = gen::spawn(leaf());
        yield_!([other]).map(drop)
    }
    let io_loop = new_loop();
    let _task = io_loop.spawn_local(waits());
    let dump = io_loop.dump();
    let (waits, leaf) = (named(&dump, "waits"), named(&dump, "leaf"));
    assert_eq!(of(waits), format!("waits > a list [0: task {}]", leaf.number()));
    assert_eq!(leaf.awaited_by(), [waits.number()]);
    assert!(dump.to_string().contains(&format!("waits for task {}: dump::leaf", leaf.number())));
}

#[test]
fn the_end_of_a_cancelled_task_is_shown_with_the_task() {
    #[gen::coroutine]
    fn stubborn() -> gen::Result {
        let _ = yield_!(leaf());
        yield_!(leaf())
    }
    #[gen::coroutine]
    fn cancels() -> gen::Result {
        let task = gen::spawn(stubborn());
        yield_!(task.cancel("stop"))
    }
    let io_loop = new_loop();
    let _task = io_loop.spawn_local(cancels());
    io_loop.run_sync(async { gen::moment().await }).unwrap();
    let dump = io_loop.dump();
    let (cancels, stubborn) = (named(&dump, "cancels"), named(&dump, "stubborn"));
    let end = format!("the end of task {}, which is cancelled", stubborn.number());
    assert_eq!(of(cancels), format!("cancels > {end}"));
    assert_eq!(stubborn.awaited_by(), [cancels.number()]);
}

#[test]
fn those_that_wait_for_one_promise_name_the_same_promise() {
    #[gen::coroutine]
    fn reads(answer: gen::SharedFuture<u32>) -> gen::Result {
        yield_!(answer).map(drop)
    }
    let io_loop = new_loop();
    let ((_one, first), (_other, second)) = (gen::promise::<u32>(), gen::promise::<String>());
    #[gen::coroutine]
    fn reads_text(text: gen::SharedFuture<String>) -> gen::Result {
        yield_!(text).map(drop)
    }
    let _tasks = [
        io_loop.spawn_local(reads(first.clone())),
        io_loop.spawn_local(reads_text(second)),
        io_loop.spawn_local(reads(first)),
    ];
    let dump = io_loop.dump();
    let shapes: Vec<_> = dump.tasks().iter().map(of).collect();
    assert_eq!(
        shapes,
        ["reads > promise 1 of u32", "reads_text > promise 2 of String", "reads > promise 1 of u32"]
    );
}

#[test]
fn a_callback_and_its_keys_are_shown() {
    #[gen::coroutine]
    fn task() -> gen::Result {
        let mut kept = None;
        yield_!(gen::from_callback(|callback: gen::Resolve<u8>| kept = Some(callback))).map(drop)
    }
    #[gen::coroutine]
    fn wait() -> gen::Result {
        let _callback = yield_!(gen::Callback::<u8>::new("answer"))?;
        yield_!(gen::Wait::<u8>::new("answer")).map(drop)
    }
    #[gen::coroutine]
    fn wait_all() -> gen::Result {
        let callbacks = yield_!(["a", "b", "c"].map(gen::Callback::<u8>::new))?;
        callbacks[0].call(1);
        yield_!(gen::WaitAll::<u8>::new(["a", "b", "c"])).map(drop)
    }
    assert_eq!(shown(task()), "task > a call of a callback with u8");
    assert_eq!(shown(wait()), "wait > Wait<u8, &str> of the key \"answer\"");
    assert_eq!(shown(wait_all()), "wait_all > WaitAll<u8, &str> of the key \"b\"");
}

#[test]
fn a_moment_is_the_next_turn() {
    #[gen::coroutine]
    fn moment() -> gen::Result {
        yield_!(gen::moment())
    }
    assert_eq!(shown(moment()), "moment > the next turn");
    let io_loop = new_loop();
    let task = io_loop.run_sync(async {
        let task = gen::spawn(moment());
        let dump = gen::dump().await?;
        Ok::<_, gen::Error>((task, dump))
    });
    // It was queued before the loop was asked, so its moment is over when it is.
    assert_eq!(named(&task.unwrap().1, "moment").state(), TaskState::Ended);
}

/// Keeps the waker of its poll.
fn keeps(wakers: &Rc<RefCell<Vec<Waker>>>) -> impl Future<Output = ()> {
    let wakers = wakers.clone();
    poll_fn(move |cx| {
        wakers.borrow_mut().push(cx.waker().clone());
        Poll::Pending
    })
}

#[test]
fn a_foreign_future_is_shown_with_its_type_and_the_wakers_that_it_keeps() {
    #[gen::coroutine]
    fn receives(receiver: futures::channel::oneshot::Receiver<u8>) -> gen::Result {
        yield_!(receiver).map(drop)
    }
    let (_sender, receiver) = futures::channel::oneshot::channel();
    assert_eq!(shown(receives(receiver)), "receives > oneshot::Receiver<u8> (keeps 1 waker)");

    // In a group each child has wakers of its own.
    #[gen::coroutine]
    fn list(wakers: Rc<RefCell<Vec<Waker>>>) -> gen::Result {
        yield_!(vec![keeps(&wakers), keeps(&wakers)]).map(drop)
    }
    let io_loop = new_loop();
    let wakers = Rc::default();
    let _task = io_loop.spawn_local(list(Rc::clone(&wakers)));
    let dump = io_loop.dump();
    let shown = of(&dump.tasks()[0]);
    assert_eq!(shown.matches("(keeps 1 waker)").count(), 2, "{shown}");
}

#[test]
fn a_future_at_a_plain_await_is_shown_by_the_wakers_that_it_keeps() {
    let wakers = Rc::default();
    let kept = keeps(&wakers);
    let plain = shown(async move {
        kept.await;
        Ok(())
    });
    assert!(plain.starts_with("an `async` block in "), "{plain}");
    let (kept, sleep) = (keeps(&wakers), gen::sleep(Duration::from_secs(1)));
    let beside = shown(async move { futures::join!(kept, sleep).1 });
    assert_eq!(beside, "(a sleep, 1s left and a future that no yield waits for (keeps 1 waker))");
}

#[test]
fn no_keys_are_shown_if_they_are_not_asked_for() {
    #[gen::coroutine]
    fn secret() -> gen::Result {
        let _callback = yield_!(gen::Callback::<u8>::new("password"))?;
        yield_!((gen::Wait::<u8>::new("password"), BTreeMap::from([("user", leaf())]))).map(drop)
    }
    let shown = |request: fn(DumpRequest) -> DumpRequest| {
        let io_loop = new_loop();
        let _task = io_loop.spawn_local(secret());
        io_loop.run_sync(async { request(gen::dump()).await }).unwrap().to_string()
    };
    let (all, without) = (shown(|request| request), shown(DumpRequest::without_keys));
    assert!(all.contains("\"user\"") && all.contains("\"password\""), "{all}");
    assert!(!without.contains("user") && !without.contains("password"), "{without}");
}

/// Otherwise a task would miss a wake after it was asked, or would be woken for ever.
#[test]
fn a_task_that_was_asked_goes_on_as_before() {
    #[gen::coroutine]
    fn all(mut receivers: Vec<futures::channel::oneshot::Receiver<u64>>) -> gen::Result<u64> {
        let (promise, answer) = gen::promise();
        let task = gen::spawn(async {
            gen::sleep(Duration::from_secs(3)).await?;
            gen::Ok(3)
        });
        promise.follow(async {
            gen::sleep(Duration::from_secs(4)).await?;
            gen::Ok(4)
        });
        let last = receivers.pop().unwrap();
        let scoped = gen::scope(|scope| async move {
            let child = scope.spawn(async { yield_!(last) });
            yield_!(child)
        });
        let limited = gen::with_timeout(Duration::from_secs(100), gen::limit(2, receivers));
        let (scoped, limited, task, answer) = yield_!((scoped, limited, task, answer))?;
        Ok(scoped + limited.iter().sum::<u64>() + task + answer)
    }
    let io_loop = new_loop();
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..5).map(|_| futures::channel::oneshot::channel()).unzip();
    let sum = io_loop.run_sync(async {
        let task = gen::spawn(all(receivers));
        for (sender, number) in senders.into_iter().zip(10..) {
            gen::dump().await?;
            sender.send(number).unwrap();
            gen::dump().await?;
            gen::sleep(Duration::from_secs(1)).await?;
        }
        task.await
    });
    assert_eq!(sum.unwrap(), 10 + 11 + 12 + 13 + 14 + 3 + 4);
}

/// Otherwise a lost wake-up would hang for ever, though it could be seen.
#[test]
fn a_child_that_is_ready_when_it_is_asked_has_ended() {
    #[gen::coroutine]
    fn flagged(flag: Rc<RefCell<bool>>) -> gen::Result<u32> {
        // It never wakes.
        let ready = || poll_fn(|_| if *flag.borrow() { Poll::Ready(7) } else { Poll::Pending });
        let (list, limit) = yield_!((vec![ready(), ready()], gen::limit(1, (0..3).map(|_| ready()))))?;
        Ok(list.iter().sum::<u32>() + limit.iter().sum::<u32>())
    }
    let io_loop = new_loop();
    let flag = Rc::new(RefCell::new(false));
    let task = io_loop.spawn_local(flagged(flag.clone()));
    let dump = io_loop.dump();
    assert_eq!(dump.tasks()[0].state(), TaskState::Suspended);
    *flag.borrow_mut() = true;
    let ends = io_loop.run_sync(async {
        gen::dump().await?;
        task.await
    });
    assert_eq!(ends.unwrap(), 5 * 7);
}

/// Otherwise a cancellation that waits for a shield would be lost with the poll that asks.
#[test]
fn a_cancellation_that_is_deferred_still_arrives() {
    #[gen::coroutine]
    fn shielded(flag: Rc<RefCell<bool>>) -> gen::Result {
        let ready = poll_fn(|_| if *flag.borrow() { Poll::Ready(()) } else { Poll::Pending });
        yield_!(gen::shield(ready))?;
        yield_!(leaf())
    }
    #[gen::coroutine]
    fn group(flag: Rc<RefCell<bool>>) -> gen::Result {
        yield_!(vec![shielded(flag)]).map(drop)
    }
    #[gen::coroutine]
    fn scope(flag: Rc<RefCell<bool>>) -> gen::Result {
        yield_!(gen::scope_local(|scope| async move {
            scope.spawn(shielded(flag));
            Ok::<_, gen::Error>(())
        }))
    }
    type Body = fn(Rc<RefCell<bool>>) -> gen::LocalBoxCoroutine<'static, gen::Result>;
    let bodies: [Body; 3] = [
        |flag| gen::LocalBoxCoroutine::new(shielded(flag)),
        |flag| gen::LocalBoxCoroutine::new(group(flag)),
        |flag| gen::LocalBoxCoroutine::new(scope(flag)),
    ];
    for body in bodies {
        let io_loop = new_loop();
        let flag = Rc::new(RefCell::new(false));
        let task = io_loop.spawn_local(body(flag.clone()));
        let ended = io_loop.run_sync(async {
            let ended = task.cancel("stop");
            gen::moment().await?;
            gen::moment().await?;
            *flag.borrow_mut() = true;
            gen::dump().await?;
            ended.await;
            Ok::<_, gen::Error>(())
        });
        ended.unwrap();
        // Without the cancellation it would wait for ever.
        drop(io_loop.block_on(task));
    }
}

#[test]
fn another_thread_sees_the_tasks_of_a_loop_that_waits() {
    let io_loop = IoLoop::new();
    let remote = io_loop.remote();
    let monitor = thread::spawn(move || {
        let dump = gen::block_on(remote.dump()).unwrap();
        remote.stop();
        dump
    });
    assert!(io_loop.run_sync(outer()).unwrap_err().is::<gen::LoopStopped>());
    let dump = monitor.join().unwrap();
    assert_eq!(dump.tasks().len(), 1);
    assert!(dump.tasks()[0].is_root());
    assert_eq!(of(&dump.tasks()[0]), format!("outer > middle > leaf > {FOREVER}"));
    let functions: Vec<_> = dump.tasks()[0].chain().iter().map(gen::Site::function).collect();
    assert_eq!(functions, ["leaf", "middle", "outer"]);
}

#[test]
fn a_loop_that_is_gone_has_no_dump() {
    let remote = IoLoop::new().remote();
    assert!(gen::block_on(remote.dump()).unwrap_err().is::<gen::LoopClosed>());
    assert!(futures::executor::block_on(gen::dump()).unwrap_err().is::<gen::NoHost>());
}

/// Otherwise a key whose `Debug` fails would end the program that is looked at.
#[test]
fn a_key_that_cannot_be_printed_does_no_harm() {
    #[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
    struct Bad;
    impl std::fmt::Debug for Bad {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("not to be printed")
        }
    }
    #[gen::coroutine]
    fn bad() -> gen::Result {
        let _callback = yield_!(gen::Callback::<u8>::new(Bad))?;
        yield_!((gen::Wait::<u8>::new(Bad), BTreeMap::from([(Bad, leaf())]))).map(drop)
    }
    let shown = shown(bad());
    assert!(shown.contains("whose `Debug` panics") && shown.contains("it panicked"), "{shown}");
}

#[test]
fn a_task_that_panics_when_it_is_asked_has_ended() {
    let io_loop = new_loop();
    let mut polls = 0;
    let _task = io_loop.spawn_local(poll_fn(move |_| {
        polls += 1;
        assert!(polls < 2, "asked");
        Poll::<gen::Result>::Pending
    }));
    assert_eq!(io_loop.dump().tasks()[0].state(), TaskState::Ended);
    assert_eq!(io_loop.dump().tasks().len(), 0);
}

/// The main future of a loop may end when it is asked, and is not polled after that.
#[test]
fn the_root_may_end_when_it_is_asked() {
    let io_loop = IoLoop::new();
    let (asked, wait) = mpsc::channel();
    let remote = io_loop.remote();
    let monitor = thread::spawn(move || {
        wait.recv().unwrap();
        gen::block_on(remote.dump()).unwrap()
    });
    let mut polls = 0;
    let seven = io_loop.block_on(poll_fn(|_| {
        polls += 1;
        if polls == 1 {
            asked.send(()).unwrap();
            return Poll::Pending;
        }
        Poll::Ready(7)
    }));
    assert_eq!(seven, 7);
    assert_eq!(monitor.join().unwrap().tasks()[0].state(), TaskState::Ended);
}

/// Otherwise a person would not understand it.
#[test]
fn the_text_is_the_one_that_the_docs_describe() {
    #[gen::coroutine]
    fn query(wait: u64) -> gen::Result {
        yield_!(gen::with_timeout(Duration::from_secs(wait), sleeps(9)))
    }
    #[gen::coroutine]
    fn serve() -> gen::Result {
        let writer = gen::spawn(middle());
        yield_!((query(3), writer, pending::<gen::Result>())).map(drop)
    }
    let io_loop = new_loop();
    let dump = io_loop.run_sync(async {
        let _task = gen::spawn(serve());
        gen::dump().await
    });
    let text = dump.unwrap().to_string();
    assert!(text.lines().all(|line| line.len() <= 80), "{text}");
    let expected = "\
task 0: dump::the_text_is_the_one_that_the_docs_describe (runs the loop)
  waits for a dump

task 1: dump::the_text_is_the_one_that_the_docs_describe::serve
  at HERE in serve
  waits for 3 children of a tuple:
    [0] at HERE in query
        within a timeout, 3s left
        at HERE in sleeps
        waits for a sleep, 9s left
    [1] waits for task 2: dump::middle
    [2] waits for Pending<Result<(), Error>> (keeps no waker)

task 2: dump::middle
  awaited by task 1
  at HERE in middle
  at HERE in leaf
  waits for Pending<()> (keeps no waker)";
    let (head, tasks) = text.split_once("\n\n").unwrap();
    assert!(head.starts_with("loop ") && head.ends_with(", turn 2: 3 tasks"), "{head}");
    assert_eq!(without_positions(tasks), expected);
}

/// The text without the positions of this file, and without the places of the spawns, which are
/// known only in builds with debug assertions.
fn without_positions(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("  spawned at"));
    let lines = lines.map(|line| {
        let line = line.split(", spawned at").next().unwrap();
        match (line.split_once(file!()), line.split_once(" in ")) {
            (Some((before, _)), Some((_, function))) => format!("{before}HERE in {function}"),
            _ => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn programs_can_read_it() {
    let io_loop = new_loop();
    let _task = io_loop.spawn_local(sleeps(5));
    let dump = io_loop.dump();
    let waiting = dump.tasks()[0].waiting().unwrap();
    let [Link::Yield { site, .. }] = waiting.chain[..] else { panic!("no yield") };
    assert_eq!(site.function(), "sleeps");
    let ChainEnd::For(WaitsFor::Sleep { left, .. }) = waiting.end else { panic!("no sleep") };
    assert_eq!(left, Some(Duration::from_secs(5)));
}

/// Otherwise a dump would overflow the stack where the program does not.
#[test]
fn a_deep_recursion_is_shown() {
    #[gen::coroutine(boxed)]
    fn recursion(depth: u32) -> gen::Result {
        match depth {
            0 => yield_!(pending::<()>()),
            _ => yield_!(recursion(depth - 1)),
        }
    }
    let io_loop = new_loop();
    let _task = io_loop.spawn_local(recursion(1_000));
    let dump = io_loop.dump();
    assert_eq!(dump.tasks()[0].chain().len(), 1_001);
    assert_eq!(dump.to_string().matches(" in recursion").count(), 1_001);
}

// ---- answers that do not hold any more

/// Ready when the flag is set. It never wakes.
fn flagged(flag: &Rc<RefCell<bool>>) -> impl Future<Output = gen::Result> {
    let flag = flag.clone();
    poll_fn(move |_| if *flag.borrow() { Poll::Ready(Ok(())) } else { Poll::Pending })
}

/// Cleans up when it is cancelled.
#[gen::coroutine]
fn cleans_up() -> gen::Result {
    let _ = yield_!(leaf());
    yield_!(sleeps(100))
}

type Flag = Rc<RefCell<bool>>;
type Body = gen::LocalBoxCoroutine<'static, gen::Result>;
type MakeBody = fn(Flag) -> Body;

fn boxed(body: impl gen::Coroutine<Output = gen::Result> + 'static) -> Body {
    gen::LocalBoxCoroutine::new(body)
}

/// The wait of a task whose flag was set just before.
fn shown_with_flag(body: MakeBody) -> (TaskState, String) {
    let io_loop = new_loop();
    let flag = Flag::default();
    let _task = io_loop.spawn_local(body(flag.clone()));
    assert_eq!(io_loop.dump().tasks()[0].state(), TaskState::Suspended);
    *flag.borrow_mut() = true;
    let dump = io_loop.dump();
    (dump.tasks()[0].state(), of(&dump.tasks()[0]))
}

/// Otherwise a dump would show a wait that is over.
#[test]
fn a_group_that_has_ended_when_it_was_asked_is_not_shown() {
    #[gen::coroutine]
    fn list(flag: Flag) -> gen::Result {
        yield_!(vec![flagged(&flag), flagged(&flag)])?;
        yield_!(leaf())
    }
    #[gen::coroutine]
    fn fails_fast(flag: Flag) -> gen::Result {
        let fails = async { flagged(&flag).await.and(gen::Result::<()>::Err(gen::Error::new("no"))) };
        let children = vec![gen::boxed(fails), gen::boxed(leaf())];
        assert!(yield_!(gen::multi(children).fail_fast()).is_err());
        yield_!(leaf())
    }
    #[gen::coroutine]
    fn race(flag: Flag) -> gen::Result {
        yield_!(gen::first_of([gen::boxed(leaf()), gen::boxed(flagged(&flag))]))?;
        yield_!(leaf())
    }
    #[gen::coroutine]
    fn limited(flag: Flag) -> gen::Result {
        let fails = async { flagged(&flag).await.and(gen::Result::<()>::Err(gen::Error::new("no"))) };
        let children = gen::limit(2, [gen::boxed(leaf()), gen::boxed(fails)]);
        assert!(yield_!(gen::multi(children).fail_fast()).is_err());
        yield_!(leaf())
    }
    #[gen::coroutine]
    fn completed(flag: Flag) -> gen::Result {
        let mut results = gen::limit(2, [gen::boxed(leaf()), gen::boxed(flagged(&flag))]).as_completed();
        yield_!(results.next())?;
        // It keeps wakers.
        drop(results);
        yield_!(leaf())
    }
    #[gen::coroutine]
    fn iterates(flag: Flag) -> gen::Result {
        let mut waits = gen::WaitIterator::new([gen::boxed(leaf()), gen::boxed(flagged(&flag))]);
        yield_!(waits.next())?;
        // It keeps wakers.
        drop(waits);
        yield_!(leaf())
    }
    #[gen::coroutine]
    fn scoped(flag: Flag) -> gen::Result {
        yield_!(gen::scope_local(|_| async move { flagged(&flag).await }))?;
        yield_!(leaf())
    }
    let bodies: [(&str, MakeBody); 7] = [
        ("list", |flag| boxed(list(flag))),
        ("fails_fast", |flag| boxed(fails_fast(flag))),
        ("race", |flag| boxed(race(flag))),
        ("limited", |flag| boxed(limited(flag))),
        ("completed", |flag| boxed(completed(flag))),
        ("iterates", |flag| boxed(iterates(flag))),
        ("scoped", |flag| boxed(scoped(flag))),
    ];
    for (name, body) in bodies {
        assert_eq!(shown_with_flag(body).1, format!("{name} > leaf > {FOREVER}"));
    }
}

#[test]
fn a_limit_shows_the_others_if_one_has_ended_when_it_was_asked() {
    #[gen::coroutine]
    fn limited(flag: Flag) -> gen::Result {
        yield_!(gen::limit(2, [gen::boxed(flagged(&flag)), gen::boxed(leaf())])).map(drop)
    }
    assert_eq!(
        shown_with_flag(|flag| boxed(limited(flag))).1,
        format!("limited > a `limit` [1: leaf > {FOREVER}]")
    );
}

/// Otherwise a dump would show what a child waited for before it began to clean up.
#[test]
fn a_child_that_was_cancelled_when_it_was_asked_shows_its_clean_up() {
    let cleaning = "cleans_up > sleeps > a sleep, 100s left";
    #[gen::coroutine]
    fn race(flag: Flag) -> gen::Result {
        yield_!(gen::first_of([gen::boxed(cleans_up()), gen::boxed(flagged(&flag))]).cancel()).map(drop)
    }
    #[gen::coroutine]
    fn scoped(flag: Flag) -> gen::Result {
        yield_!(gen::scope_local(|scope| async move {
            scope.spawn(
                async move { flagged(&flag).await.and(gen::Result::<()>::Err(gen::Error::new("no"))) },
            );
            scope.spawn(cleans_up());
            Ok::<_, gen::Error>(())
        }))
    }
    assert_eq!(shown_with_flag(|flag| boxed(race(flag))).1, format!("race > a `first_of` [0: {cleaning}]"));
    assert_eq!(shown_with_flag(|flag| boxed(scoped(flag))).1, format!("scoped > a scope [1: {cleaning}]"));
}

#[gen::coroutine]
fn shielded_then_cleans_up(flag: Flag) -> gen::Result {
    yield_!(gen::shield(flagged(&flag)))?;
    yield_!(cleans_up())
}

/// As [`a_child_that_was_cancelled_when_it_was_asked_shows_its_clean_up`], if the cancellation has
/// waited for a shield.
#[test]
fn a_child_that_takes_a_deferred_cancellation_when_it_is_asked_shows_its_clean_up() {
    #[gen::coroutine]
    fn list(flag: Flag) -> gen::Result {
        yield_!(vec![shielded_then_cleans_up(flag)]).map(drop)
    }
    #[gen::coroutine]
    fn limited(flag: Flag) -> gen::Result {
        yield_!(gen::limit(1, [shielded_then_cleans_up(flag)])).map(drop)
    }
    #[gen::coroutine]
    fn scoped(flag: Flag) -> gen::Result {
        yield_!(gen::scope_local(|scope| async move {
            scope.spawn(shielded_then_cleans_up(flag));
            Ok::<_, gen::Error>(())
        }))
    }
    let cleaning = "0: shielded_then_cleans_up > cleans_up > sleeps > a sleep, 100s left";
    let bodies: [(&str, MakeBody); 3] = [
        ("list > a list", |flag| boxed(list(flag))),
        ("limited > a `limit`", |flag| boxed(limited(flag))),
        ("scoped > a scope", |flag| boxed(scoped(flag))),
    ];
    for (group, body) in bodies {
        let io_loop = new_loop();
        let flag = Flag::default();
        let task = io_loop.spawn_local(body(flag.clone()));
        let dump = io_loop.run_sync(async {
            let _ended = task.cancel("stop");
            gen::moment().await?;
            gen::moment().await?;
            *flag.borrow_mut() = true;
            gen::dump().await
        });
        let dump = dump.unwrap();
        let task = dump.tasks().iter().find(|task| !task.is_root()).unwrap();
        assert_eq!(of(task), format!("{group} [{cleaning}]"));
    }
}

/// Sends the request, which the loop serves in its next turn.
fn send(request: &mut DumpRequest) {
    assert!(Pin::new(request).poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

/// A task of that body is asked when a deadline of five seconds has passed, before it goes on.
fn shown_at_deadline<F: Future<Output = gen::Result> + 'static>(body: F) -> String {
    let io_loop = new_loop();
    let _task = io_loop.spawn_local(body);
    let request = Rc::new(RefCell::new(io_loop.remote().dump()));
    let asks = request.clone();
    io_loop.handle().call_later(Duration::from_secs(5), move || send(&mut asks.borrow_mut()));
    let dump = io_loop.run_sync(async {
        gen::sleep(Duration::from_secs(6)).await?;
        poll_fn(|cx| Pin::new(&mut *request.borrow_mut()).poll(cx)).await
    });
    of(dump.unwrap().tasks().iter().find(|task| !task.is_root()).unwrap())
}

#[test]
fn the_child_of_a_timeout_that_has_passed_is_not_shown() {
    #[gen::coroutine]
    fn timed() -> gen::Result {
        assert!(yield_!(gen::with_timeout(Duration::from_secs(5), middle())).is_err());
        yield_!(leaf())
    }
    #[gen::coroutine]
    fn graced() -> gen::Result {
        yield_!(gen::with_timeout(Duration::from_secs(5), cleans_up()).cancel(Duration::from_secs(50)))
    }
    #[gen::coroutine]
    fn dropped() -> gen::Result {
        let limited = gen::with_timeout(Duration::from_secs(5), pending::<gen::Result>());
        assert!(yield_!(limited.cancel(Duration::from_secs(50))).is_err());
        yield_!(leaf())
    }
    assert_eq!(shown_at_deadline(timed()), format!("timed > leaf > {FOREVER}"));
    assert_eq!(shown_at_deadline(graced()), "graced > 50s > cleans_up > sleeps > a sleep, 100s left");
    assert_eq!(shown_at_deadline(dropped()), format!("dropped > leaf > {FOREVER}"));
}

/// Otherwise the yields of a child that defers its cancellation would be missing.
#[test]
fn a_timeout_whose_cancellation_is_deferred_is_asked_for_its_child() {
    #[gen::coroutine]
    fn limited(flag: Flag) -> gen::Result {
        let limited = gen::with_timeout(Duration::from_secs(5), shielded_then_cleans_up(flag));
        yield_!(limited.cancel(Duration::from_secs(50)))
    }
    let io_loop = new_loop();
    let flag = Flag::default();
    let task = io_loop.spawn_local(limited(flag.clone()));
    let functions = io_loop.run_sync(async {
        gen::sleep(Duration::from_secs(6)).await?;
        let sites = task.trace().await;
        Ok::<_, gen::Error>(sites.iter().map(gen::Site::function).collect::<Vec<_>>())
    });
    assert_eq!(functions.unwrap(), ["shielded_then_cleans_up", "limited"]);
    *flag.borrow_mut() = true;
    let way = "shielded_then_cleans_up > cleans_up > sleeps";
    assert_eq!(of(&io_loop.dump().tasks()[0]), format!("limited > 49s > {way} > a sleep, 100s left"));
}

// ---- the states of tasks

#[test]
fn a_task_that_goes_on_without_a_wake_is_reported() {
    #[gen::coroutine]
    fn value(flag: Flag) -> gen::Result {
        yield_!(flagged(&flag))?;
        yield_!(leaf())
    }
    #[gen::coroutine]
    fn error(flag: Flag) -> gen::Result {
        let fails = async { flagged(&flag).await.and(gen::Result::<()>::Err(gen::Error::new("no"))) };
        let _ = yield_!(fails);
        yield_!(leaf())
    }
    #[gen::coroutine]
    fn in_list(flag: Flag) -> gen::Result {
        yield_!(vec![error(flag)]).map(drop)
    }
    // Otherwise it is not known.
    if cfg!(debug_assertions) {
        let bodies: [MakeBody; 3] =
            [|flag| boxed(value(flag)), |flag| boxed(error(flag)), |flag| boxed(in_list(flag))];
        for body in bodies {
            let (state, shown) = shown_with_flag(body);
            assert_eq!(state, TaskState::WentOn, "{shown}");
        }
        let io_loop = new_loop();
        let flag = Flag::default();
        let _task = io_loop.spawn_local(value(flag.clone()));
        *flag.borrow_mut() = true;
        let text = io_loop.dump().to_string();
        assert!(
            text.contains("\n  went on when it was asked, from tests/loop-behaviour/tests/dump.rs:"),
            "{text}"
        );
    }
}

/// Otherwise a task that was woken in time would seem to have lost its wake-up.
#[test]
fn a_task_that_was_woken_after_the_request_does_not_go_on_by_itself() {
    #[gen::coroutine]
    fn waits(flag: Flag, wakers: Rc<RefCell<Vec<Waker>>>) -> gen::Result {
        let keeps_waker = poll_fn(|cx| {
            wakers.borrow_mut().push(cx.waker().clone());
            if *flag.borrow() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        });
        yield_!(keeps_waker)?;
        yield_!(leaf())
    }
    let io_loop = new_loop();
    let (flag, wakers) = (Flag::default(), Rc::<RefCell<Vec<Waker>>>::default());
    let _task = io_loop.spawn_local(waits(flag.clone(), wakers.clone()));
    let mut request = io_loop.remote().dump();
    let dump = io_loop.run_sync(async {
        gen::moment().await?;
        send(&mut request);
        let waker = wakers.borrow_mut().pop().unwrap();
        *flag.borrow_mut() = true;
        thread::spawn(move || waker.wake()).join().unwrap();
        request.await
    });
    let dump = dump.unwrap();
    assert_eq!(named(&dump, "waits").state(), TaskState::Woken);
    assert!(dump.to_string().contains("\n  was woken before it was asked\n"), "{dump}");
}

thread_local! {
    static LOOP: IoLoop = new_loop();
}

/// A task that polls a task of another executor, which asks for a dump.
#[test]
fn a_task_that_is_running_is_not_asked() {
    let dumps = async {
        let mut is_first = true;
        let dump = poll_fn(|cx| {
            if std::mem::take(&mut is_first) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(LOOP.with(IoLoop::dump))
        });
        gen::Ok(dump.await)
    };
    let dump = LOOP.with(|io_loop| {
        let task = io_loop.spawn_local(async {
            let spawned = Arc::new(Mutex::new(Vec::new()));
            let keeps = spawned.clone();
            let spawner = move |task: gen::SpawnedTask| keeps.lock().unwrap().push(task);
            let mut dumps = Some(dumps);
            let spawns = poll_fn(move |_| Poll::Ready(gen::spawn(dumps.take().unwrap())));
            let handle = gen::with_spawner(spawner, spawns).await;
            let task = spawned.lock().unwrap().pop().unwrap();
            task.await;
            handle.await
        });
        io_loop.block_on(task).unwrap()
    });
    let [task] = dump.tasks() else { panic!("{dump}") };
    assert_eq!((task.state(), task.name().as_str()), (TaskState::Running, "a running task"));
    assert!(dump.to_string().ends_with("task 0: a running task\n  is running"), "{dump}");
}

#[test]
fn one_child_is_counted_as_one() {
    #[gen::coroutine]
    fn list() -> gen::Result {
        yield_!(vec![leaf()]).map(drop)
    }
    let io_loop = new_loop();
    let _task = io_loop.spawn_local(list());
    let text = io_loop.dump().to_string();
    assert!(text.contains("  waits for 1 child of a list:\n"), "{text}");
}

/// Otherwise the foreign future would seem to keep none, so that nothing would wake it.
#[test]
fn a_waker_that_a_child_has_used_up_is_not_counted_as_kept() {
    #[gen::coroutine]
    fn list() -> gen::Result {
        let mut polls = 0;
        let wakes = poll_fn(move |cx| {
            polls += 1;
            if polls == 2 {
                let waker = cx.waker().clone();
                thread::spawn(move || waker.wake()).join().unwrap();
            }
            Poll::<gen::Result>::Pending
        });
        yield_!(vec![wakes]).map(drop)
    }
    #[gen::coroutine]
    fn foreign(wakers: Rc<RefCell<Vec<Waker>>>) -> gen::Result {
        yield_!(keeps(&wakers)).map(drop)
    }
    let wakers = Rc::default();
    let io_loop = new_loop();
    let kept = Rc::clone(&wakers);
    let _task = io_loop.spawn_local(async { futures::join!(list(), foreign(kept)).1 });
    let dump = io_loop.dump();
    let shown = of(&dump.tasks()[0]);
    assert!(shown.contains("foreign > ") && shown.ends_with("(keeps 1 waker))"), "{shown}");
}

// ---- how a request is served

/// Otherwise the wake would poll a future that was ready, which panics.
#[test]
fn a_root_that_has_ended_when_it_was_asked_may_be_woken() {
    for wake_first in [false, true] {
        let io_loop = IoLoop::new();
        let mut request = io_loop.remote().dump();
        let mut polls = 0;
        let seven = io_loop.block_on(poll_fn(|cx| {
            polls += 1;
            assert!(polls <= 2, "polled after it was ready");
            if polls == 2 {
                return Poll::Ready(7);
            }
            if !wake_first {
                send(&mut request);
            }
            let waker = cx.waker().clone();
            thread::spawn(move || waker.wake()).join().unwrap();
            if wake_first {
                send(&mut request);
            }
            Poll::Pending
        }));
        assert_eq!(seven, 7);
    }
}

/// Otherwise a request would turn the order of a program around.
#[test]
fn a_root_that_has_not_begun_is_not_polled_before_the_callbacks() {
    let io_loop = new_loop();
    let order = Rc::new(RefCell::new(Vec::new()));
    let callback = order.clone();
    io_loop.handle().add_callback(move || callback.borrow_mut().push("callback"));
    let mut request = io_loop.remote().dump();
    send(&mut request);
    let dump = io_loop.run_sync(async {
        order.borrow_mut().push("root");
        request.await
    });
    assert_eq!(*order.borrow(), ["callback", "root"]);
    assert!(dump.unwrap().tasks()[0].is_root());
}

/// Otherwise a loop that has only short calls would never answer.
#[test]
fn a_loop_whose_calls_take_one_turn_answers() {
    let io_loop = new_loop();
    let _task = io_loop.spawn_local(leaf());
    let mut request = io_loop.remote().dump();
    send(&mut request);
    (0..2).for_each(|_| io_loop.block_on(async {}));
    let dump = gen::block_on(request).unwrap();
    assert_eq!(dump.tasks().len(), 1);
}

/// Otherwise a monitor that has given up would still have all tasks polled.
#[test]
fn a_request_that_was_dropped_asks_nothing() {
    let io_loop = new_loop();
    let polls = Rc::new(RefCell::new(0));
    let counts = polls.clone();
    let _task = io_loop.spawn_local(poll_fn(move |_| {
        *counts.borrow_mut() += 1;
        Poll::<gen::Result>::Pending
    }));
    io_loop
        .run_sync(async {
            gen::moment().await?;
            send(&mut gen::dump());
            gen::moment().await
        })
        .unwrap();
    assert_eq!(*polls.borrow(), 1);
}

/// Otherwise the dump of a test would lack the test.
#[gen::test]
fn a_dump_in_a_test_shows_its_body() -> gen::Result {
    let dump = yield_!(gen::dump())?;
    assert!(dump.tasks()[0].is_root());
    assert_eq!(of(&dump.tasks()[0]), "a_dump_in_a_test_shows_its_body > a dump");
    Ok(())
}

/// Otherwise the next child in its place would be cancelled instead.
#[test]
fn a_child_that_ends_when_it_is_asked_takes_its_deferred_cancellation_along() {
    #[gen::coroutine]
    fn body(is_asked: Rc<Cell<bool>>) -> gen::Result<[u32; 2]> {
        let (promise, ends) = gen::promise();
        let sets = poll_fn(move |_| {
            if is_asked.get() {
                drop(promise.set(7));
            }
            Poll::<gen::Result<u32>>::Pending
        });
        let children = [gen::boxed(gen::shield(sets).join()), gen::boxed(gen::shield(ends).join())];
        let mut waits = gen::WaitIterator::new(children);
        let first = yield_!(waits.next())?;
        waits.push(gen::boxed(async {
            gen::moment().await?;
            Ok::<_, gen::Error>(8)
        }));
        Ok([first, yield_!(waits.next())?])
    }
    let (io_loop, is_asked) = (new_loop(), Rc::new(Cell::new(false)));
    let task = io_loop.spawn_local(body(is_asked.clone()));
    drop(task.cancel("stop"));
    io_loop.run_sync(gen::moment()).unwrap();
    is_asked.set(true);
    io_loop.dump();
    is_asked.set(false);
    assert_eq!(io_loop.run_sync(task).unwrap(), [7, 8]);
}

/// A producer that is too fast, and a consumer without items, would both be "a future".
#[test]
fn a_wait_for_a_queue_says_whether_it_is_for_an_item_room_or_the_end_of_all() {
    use gen::queue::{PriorityQueue, Queue, Stack};

    #[gen::coroutine]
    fn waits() -> gen::Result {
        let (empty, full) = (PriorityQueue::<u8>::unbounded(), Queue::bounded(1));
        full.try_put("item").unwrap();
        let busy = Stack::unbounded();
        (0..2).for_each(|item| busy.try_put(item).unwrap());
        let mut items = empty.stream();
        let next_of_stream = futures::StreamExt::next(&mut items);
        yield_!((empty.get(), empty.next(), full.put("other"), full.reserve(), busy.join(), next_of_stream))
            .map(drop)
    }
    assert_eq!(
        shown(waits()),
        "waits > a tuple [0: an item of PriorityQueue<u8>, 1: an item of PriorityQueue<u8>, \
         2: room in Queue<&str>, which has 1 item, 3: room in Queue<&str>, which has 1 item, \
         4: 2 items of Stack<i32> to be done, 5: an item of PriorityQueue<u8>]"
    );
}

/// A load whose call hangs would be "a future", and the call would not be known.
#[test]
fn a_load_shows_its_batch_its_line_the_number_of_keys_and_the_task_of_the_call() {
    #[gen::coroutine]
    fn fetches(_keys: Vec<u32>) -> gen::Result<Vec<gen::Result<u32>>> {
        yield_!(pending::<()>())?;
        Ok(Vec::new())
    }
    #[gen::coroutine]
    fn waits() -> gen::Result {
        let batch = gen::batch(fetches).max(2);
        let slow = gen::batch(fetches).window(Duration::from_secs(60));
        let flight = gen::single_flight(|_: u32| pending::<gen::Result<u32>>());
        yield_!((batch.load(1), batch.load(2), slow.load(3), flight.load(4))).map(drop)
    }
    let io_loop = new_loop();
    let _task = io_loop.spawn_local(waits());
    io_loop.run_sync(gen::moment()).unwrap();
    let dump = io_loop.dump();
    let task = named(&dump, "waits");
    let text = of(task);
    let at = |place: &str| {
        let (_, after) = text.split_once(place).unwrap_or_else(|| panic!("no `{place}` in {text}"));
        after.split(", ").nth(1).unwrap().to_owned()
    };
    let call = named(&dump, "fetches");
    assert!(call.awaited_by().contains(&task.number()), "{dump}");
    assert_eq!(at("[0: a batch made at "), format!("called with 2 keys in task {}", call.number()));
    assert_eq!(at("1: a batch made at "), format!("called with 2 keys in task {}", call.number()));
    assert!(at("2: a batch made at ").starts_with("which has gathered 1 key in task "), "{text}");
    assert!(at("3: a single flight made at ").starts_with("called with 1 key in task "), "{text}");
    assert!(text.contains(&format!("a batch made at {}:", file!())), "{text}");
}
