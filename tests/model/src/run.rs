//! The program, run by `gen`.

use std::cell::RefCell;
use std::future::{pending, poll_fn, ready, Future};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use gen::yield_;

use crate::observe::{note, outcome, take_trace, Seconds};
use crate::program::{End, Group, Iteration, OnError, Program, Step, Then, Wait};
use crate::trace::{add, first_value, key, sum, Event, What, FAILED, PUT};
use crate::world::{Call, Fault, Handle, Value, World};
use crate::LONG;

type Pending = gen::BoxYieldable<'static, Value>;

/// The events when `gen` runs the program.
pub fn run(program: &Program) -> Vec<Event> {
    let world = World::new(program);
    // Only a defect panics up to here. Then the trace so far describes it.
    let ended = catch_unwind(AssertUnwindSafe(|| run_loop(&world)));
    if ended.is_err() {
        note(What::Logged("the loop panicked".to_owned()));
    }
    world.clear();
    note(What::Over(world.live()));
    take_trace()
}

fn run_loop(world: &Rc<World>) {
    let io_loop = gen::IoLoop::with_clock(Seconds::new());
    let first = Rc::clone(world);
    let ended: gen::Result = io_loop.run_sync(async move {
        spawn(&first, &Wait::Call(0), Some(0));
        // Ends when no task goes on any more.
        gen::sleep(Duration::from_secs(LONG)).await
    });
    note(match ended {
        Ok(()) => What::Idle,
        Err(error) => What::Logged(error.to_string()),
    });
    match world.program.end {
        End::Dropped => drop(io_loop),
        End::ShutDown(grace) => {
            let left = io_loop.shutdown(Duration::from_secs(grace));
            note(What::ShutDown(left));
        }
    }
}

fn spawn(world: &Rc<World>, wait: &Wait, place: Option<usize>) {
    let handle = match wait {
        // Not boxed a second time: the first yield belongs to the task itself.
        Wait::Call(body) => gen::spawn_local(coroutine(Rc::clone(world), *body)),
        other => gen::spawn_local(start(world, other)),
    };
    if let Some(place) = place {
        world.put(place, Some(Rc::new(RefCell::new(handle))));
    }
}

/// A call of a body.
#[gen::coroutine(boxed)]
fn coroutine(world: Rc<World>, body: usize) -> gen::Result<Value> {
    let Some(call) = world.begin(Some(body)) else { return Ok(world.value(0)) };
    let mut total = 0;
    for (at, step) in world.program.bodies[body].iter().enumerate() {
        let (wait, on_error) = match step {
            Step::Yield(wait, on_error) => (wait, on_error),
            Step::Iterate(iteration) => {
                let children = start_all(&world, &iteration.children).into_iter();
                let ended = if iteration.keyed {
                    let waits = gen::WaitIterator::keyed((0..).map(key).zip(children));
                    let index =
                        |waits: &gen::WaitIterator<_, _, gen::ByKey<usize>>| waits.current_index().copied();
                    let children =
                        Numbered::new(waits, index, |waits, at, child| waits.insert(key(at), child));
                    yield_!(iterate(&world, &call, at, iteration, children))
                } else {
                    let waits = gen::WaitIterator::new(children);
                    let index = |waits: &gen::WaitIterator<_, _>| waits.current_index();
                    let children = Numbered::new(waits, index, |waits, _, child| {
                        waits.push(child);
                    });
                    yield_!(iterate(&world, &call, at, iteration, children))
                };
                match ended {
                    Ok(value) => total = add(total, value),
                    Err(error) => return call.ends(Err(error)),
                }
                continue;
            }
            Step::Fail => return call.ends(Err(Fault(world.fault()).into())),
            // Without the panic hook, which would print it.
            Step::Panic => resume_unwind(Box::new(format!("panic {}", world.fault()))),
            other => {
                act(&world, other);
                continue;
            }
        };
        let resumed = match wait {
            // Not boxed a second time, so that the compiler sees which coroutine is yielded.
            Wait::Call(body) => yield_!(coroutine(Rc::clone(&world), *body)),
            Wait::Chain(body) => yield_!(chain(Rc::clone(&world), *body)),
            other => yield_!(start(&world, other)),
        };
        note(What::Resumed(call.0, at, outcome(&resumed)));
        let error = match resumed {
            Ok(value) => {
                total = add(total, value.number);
                continue;
            }
            Err(error) => error,
        };
        match on_error {
            OnError::GoOn => {}
            OnError::End => return call.ends(Err(error)),
            OnError::CleanUp(waits) => {
                for wait in waits {
                    let cleaned = yield_!(start(&world, wait));
                    note(What::Resumed(call.0, at, outcome(&cleaned)));
                }
                return call.ends(Err(error));
            }
        }
    }
    call.ends(Ok(world.value(total)))
}

/// A `WaitIterator`, with the differences between children with positions and those with keys.
struct Numbered<W> {
    waits: W,
    /// The position of the child of the last result.
    index: fn(&W) -> Option<usize>,
    /// Adds the child with that position.
    push: fn(&mut W, usize, Pending),
}

impl<W> Numbered<W> {
    fn new(waits: W, index: fn(&W) -> Option<usize>, push: fn(&mut W, usize, Pending)) -> Self {
        Numbered { waits, index, push }
    }
}

/// A loop over a `WaitIterator`, by position or by key, as a part of the call.
#[gen::coroutine]
fn iterate<P: Future<Output = gen::Result<Value>>, I>(
    world: &Rc<World>,
    call: &Call,
    at: usize,
    iteration: &Iteration,
    children: Numbered<gen::WaitIterator<P, Value, I>>,
) -> gen::Result<u32> {
    let Numbered { mut waits, index, push: add_child } = children;
    let mut total = 0;
    let mut push = iteration.push.as_ref();
    for _ in 0..iteration.rounds {
        if waits.done() {
            break;
        }
        let next = match iteration.limit {
            None => yield_!(waits.next()),
            Some(limit) => yield_!(gen::with_timeout(Duration::from_secs(limit), waits.next())),
        };
        note(What::Got(call.0, index(&waits), outcome(&next)));
        match next {
            Ok(value) => total = add(total, value.number),
            Err(error) if iteration.ends => return Err(error),
            Err(_) => {}
        }
        if let Some(wait) = push.take() {
            add_child(&mut waits, iteration.children.len(), start(world, wait));
        }
        if let Some(wait) = &iteration.between {
            let resumed = yield_!(start(world, wait));
            note(What::Resumed(call.0, at, outcome(&resumed)));
        }
    }
    Ok(total)
}

/// A coroutine that only yields another one.
#[gen::coroutine]
fn chain(world: Rc<World>, body: usize) -> gen::Result<Value> {
    yield_!(coroutine(world, body))
}

/// A body that is suspended at an `.await`, where it can receive nothing.
async fn plain(world: Rc<World>, waits: Vec<Wait>) -> gen::Result<Value> {
    let Some(call) = world.begin(None) else { return Ok(world.value(0)) };
    let mut total = 0;
    for (at, wait) in waits.iter().enumerate() {
        let result = start(&world, wait).await;
        note(What::Resumed(call.0, at, outcome(&result)));
        match result {
            Ok(value) => total = add(total, value.number),
            Err(error) => return call.ends(Err(error)),
        }
    }
    call.ends(Ok(world.value(total)))
}

/// A step that does not wait.
fn act(world: &Rc<World>, step: &Step) {
    match step {
        Step::Spawn(wait, place) => spawn(world, wait, *place),
        Step::DropHandle(place) => world.put(*place, None),
        Step::Cancel(place) => drop(world.cancel(*place)),
        Step::CutShort(place, grace) => {
            drop(world.cancel(*place).map(|cancelling| cancelling.grace(Duration::from_secs(*grace))));
        }
        Step::Throw(place) => world.throw(*place),
        Step::Promise(promise, deed) => world.do_with_promise(*promise, *deed),
        Step::Close(queue) => world.queues[*queue].close(),
        Step::Yield(..) | Step::Iterate(..) | Step::Fail | Step::Panic => {
            unreachable!("the body does these itself")
        }
    }
}

fn start_all(world: &Rc<World>, waits: &[Wait]) -> Vec<Pending> {
    waits.iter().map(|wait| start(world, wait)).collect()
}

/// Creates the future. Sleeps count from here. Coroutines do not run yet.
fn start(world: &Rc<World>, wait: &Wait) -> Pending {
    match wait {
        Wait::Forever => gen::boxed(pending::<gen::Result<Value>>()),
        Wait::Moment => then(world, 1, gen::moment()),
        Wait::Sleep(seconds) => then(world, 2, gen::sleep(Duration::from_secs(*seconds))),
        Wait::Promise(promise) => match world.future(*promise) {
            Some(future) => gen::boxed(future),
            None => nothing(world),
        },
        Wait::Join(place) => join(world, world.handle(*place)),
        Wait::JoinTaken(place) => join(world, world.take_handle(*place)),
        Wait::Cancel(place) => match world.cancel(*place) {
            Some(cancelling) => then(world, 3, gen::ok(cancelling)),
            None => nothing(world),
        },
        Wait::Call(body) => gen::boxed(coroutine(Rc::clone(world), *body)),
        Wait::Chain(body) => gen::boxed(chain(Rc::clone(world), *body)),
        Wait::Plain(waits) => gen::boxed(plain(Rc::clone(world), waits.clone())),
        Wait::Group(kind, waits) => group(world, *kind, start_all(world, waits)),
        Wait::Limit(at_once, waits) => limit(world, *at_once, waits.clone()),
        Wait::Scope(children, body, then) => {
            scope(world, start_all(world, children), start(world, body), then.clone())
        }
        Wait::Timeout(after, wait) => {
            gen::convert_yielded!(gen::with_timeout(Duration::from_secs(*after), start(world, wait)))
        }
        Wait::Graced(after, grace, wait) => {
            gen::convert_yielded!(gen::with_timeout(Duration::from_secs(*after), start(world, wait))
                .cancel(Duration::from_secs(*grace)))
        }
        Wait::Shield(wait) => gen::convert_yielded!(gen::shield(start(world, wait))),
        Wait::Locked(lock, wait) => locked(world, *lock, wait),
        Wait::Permits(permits, wait) => with_permits(world, *permits, wait),
        Wait::Put(queue) => put(world, *queue),
        Wait::Get(queue) => {
            let queue = world.queues[*queue].clone();
            gen::boxed(async move { queue.get().await })
        }
    }
}

/// The inner future is created when the lock is there.
fn locked(world: &Rc<World>, lock: usize, wait: &Wait) -> Pending {
    let (world, wait) = (Rc::clone(world), wait.clone());
    gen::boxed(async move {
        let guard = world.locks[lock].lock().await;
        let result = start(&world, &wait).await;
        drop(guard);
        result
    })
}

/// As [`locked`], with permits of the semaphore.
fn with_permits(world: &Rc<World>, permits: u32, wait: &Wait) -> Pending {
    let (world, wait) = (Rc::clone(world), wait.clone());
    gen::boxed(async move {
        let permits = world.semaphore.acquire_many(permits).await?;
        let result = start(&world, &wait).await;
        drop(permits);
        result
    })
}

fn put(world: &Rc<World>, queue: usize) -> Pending {
    let (queue, item) = (world.queues[queue].clone(), world.item());
    then(world, PUT, async move { queue.put(item).await })
}

/// The children are created when there is room for them.
fn limit(world: &Rc<World>, at_once: usize, waits: Vec<Wait>) -> Pending {
    let (its, world) = (Rc::clone(world), Rc::clone(world));
    let children = waits.into_iter().map(move |wait| start(&its, &wait));
    let limited = gen::convert_yielded!(gen::limit(at_once, children));
    map(limited, move |values: Vec<Value>| world.value(sum(values.iter().map(|value| value.number))))
}

/// Three children are a tuple, and any other number is a list. The model knows no difference.
fn first_of(kind: Group, children: Vec<Pending>) -> gen::BoxYieldable<'static, (usize, Value)> {
    let cancels = matches!(kind, Group::FirstCancels);
    match <[Pending; 3]>::try_from(children) {
        Ok([first, second, third]) => {
            let race = gen::first_of((first, second, third));
            let race = if cancels { race.cancel() } else { race };
            gen::boxed(async move { race.join().await.map(|first| (first.position(), first.into_inner())) })
        }
        Err(children) => {
            let race = gen::first_of(children);
            gen::convert_yielded!(if cancels { race.cancel() } else { race })
        }
    }
}

fn scope(world: &Rc<World>, children: Vec<Pending>, body: Pending, then: Then) -> Pending {
    let world = Rc::clone(world);
    gen::boxed(gen::scope_local(move |scope| async move {
        let handles: Vec<_> = children.into_iter().map(|child| scope.spawn(child)).collect();
        let result = body.await;
        match then {
            Then::Nothing => {}
            Then::Cancel(child) => {
                if let Some(handle) = handles.get(child) {
                    drop(handle.cancel(world.reason()));
                }
            }
            Then::Spawn(late) => drop(scope.spawn(start(&world, &late))),
        }
        result
    }))
}

fn group(world: &Rc<World>, kind: Group, mut children: Vec<Pending>) -> Pending {
    let world = Rc::clone(world);
    let total = move |values: &[Value]| world.value(sum(values.iter().map(|value| value.number)));
    match kind {
        Group::List => map(gen::multi(children).join(), move |values| total(&values)),
        Group::FailFast => map(gen::multi(children).fail_fast().join(), move |values| total(&values)),
        Group::Settle => {
            map(gen::multi(children).settle().join(), move |results: Vec<gen::Result<Value>>| {
                let number =
                    sum(results.iter().map(|result| result.as_ref().map_or(FAILED, |value| value.number)));
                // A new value, so that those of the children are dropped.
                total(&[]).with_number(number)
            })
        }
        Group::First | Group::FirstCancels => map(first_of(kind, children), move |(position, value)| {
            let number = first_value(position, value.number);
            value.with_number(number)
        }),
        Group::Tuple => {
            let third = (children.len() > 2).then(|| children.remove(2));
            let (second, first) = (children.remove(1), children.remove(0));
            match third {
                None => map(gen::multi((first, second)).join(), move |(a, b)| total(&[a, b])),
                Some(third) => {
                    map(gen::multi((first, second, third)).join(), move |(a, b, c)| total(&[a, b, c]))
                }
            }
        }
    }
}

fn map<F, T>(future: F, map: impl FnOnce(T) -> Value + 'static) -> Pending
where
    F: Future<Output = gen::Result<T>> + 'static,
{
    gen::boxed(async move { future.await.map(map) })
}

fn then(world: &Rc<World>, number: u32, future: impl Future<Output = gen::Result> + 'static) -> Pending {
    let world = Rc::clone(world);
    map(future, move |()| world.value(number))
}

fn nothing(world: &World) -> Pending {
    gen::boxed(ready(Ok::<_, gen::Error>(world.value(0))))
}

fn join(world: &World, handle: Option<Handle>) -> Pending {
    match handle {
        None => nothing(world),
        Some(handle) => gen::boxed(poll_fn(move |cx| Pin::new(&mut *handle.borrow_mut()).poll(cx))),
    }
}
