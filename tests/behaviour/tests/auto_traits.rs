//! A table of the coroutines that may go to another thread, and of those that may not.
//!
//! A type that is `Send` by mistake is unsound. A type that is not `Send` by mistake cannot be
//! spawned. So the tests assert both.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::{ready, Future, Ready};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Mutex;
use std::time::Duration;

use gen::yield_;

/// Finds out whether a type is `Send` or `Sync`, without requiring it.
struct Asked<'a, T>(PhantomData<&'a T>);

impl<T: Send> Asked<'_, T> {
    fn is_send(&self) -> bool {
        true
    }
}

impl<T: Sync> Asked<'_, T> {
    fn is_sync(&self) -> bool {
        true
    }
}

trait NotSend {
    fn is_send(&self) -> bool {
        false
    }
}

trait NotSync {
    fn is_sync(&self) -> bool {
        false
    }
}

impl<T> NotSend for &Asked<'_, T> {}
impl<T> NotSync for &Asked<'_, T> {}

fn ask<T>(_: &T) -> Asked<'_, T> {
    Asked(PhantomData)
}

macro_rules! table {
    ($($value:expr => $send:literal,)+) => {
        $(
            match &$value {
                value => {
                    let asked = &ask(value);
                    assert_eq!(asked.is_send(), $send, "`{}` is Send", stringify!($value));
                }
            }
        )+
    };
}

type Number = Ready<Result<u8, std::fmt::Error>>;
type Local = Ready<Rc<u8>>;

fn number() -> Number {
    ready(Ok(1))
}

fn local() -> Local {
    ready(Rc::new(1))
}

#[gen::coroutine]
fn plain() -> gen::Result<u8> {
    let text = String::from("text");
    let first = yield_!(number())?;
    let second = yield_!(number())?;
    Ok(first + second + text.len() as u8)
}

#[gen::coroutine]
fn holds<T>(value: T) -> gen::Result<T> {
    yield_!(number())?;
    Ok(value)
}

/// The probe and its tags are dropped before the coroutine waits.
#[gen::coroutine]
fn yields_every_container() -> gen::Result<()> {
    yield_!(vec![number()])?;
    yield_!([number()])?;
    yield_!(VecDeque::from([number()]))?;
    yield_!(vec![number()].into_boxed_slice())?;
    yield_!(HashMap::from([(1, number())]))?;
    yield_!(BTreeMap::from([(1, number())]))?;
    yield_!(Some(number()))?;
    yield_!((number(), ready(1), plain()))?;
    let tuple = (number(), number());
    yield_!(tuple)?;
    yield_!(gen::multi(vec![number()]))?;
    yield_!(gen::raw(vec![number()]))?;
    yield_!(gen::ok(number()))?.ok();
    yield_!(gen::boxed_send(number()))?;
    yield_!(yield_!(ready(number()))?)?;
    println!("{} {}", yield_!(number())?, yield_!(plain())?);
    Ok(())
}

#[gen::coroutine]
fn drops_a_local_value_first() -> gen::Result<u8> {
    let value = {
        let local = Rc::new(Cell::new(1));
        local.get()
    };
    Ok(yield_!(number())? + value)
}

#[gen::coroutine]
fn keeps_a_local_value() -> gen::Result<u8> {
    let local = Rc::new(1);
    Ok(yield_!(number())? + *local)
}

#[expect(clippy::await_holding_lock, reason = "to see that it is not `Send`")]
#[gen::coroutine]
fn keeps_a_guard(mutex: &Mutex<u8>) -> gen::Result<u8> {
    let guard = mutex.lock().expect("nobody panics");
    Ok(yield_!(number())? + *guard)
}

#[gen::coroutine]
fn yields_a_local_future() -> gen::Result<u8> {
    Ok(*yield_!(local())?)
}

#[gen::coroutine]
fn nothing() -> gen::Result {
    yield_!(number()).map(drop)
}

#[gen::coroutine]
fn local_nothing() -> gen::Result {
    yield_!(local()).map(drop)
}

#[gen::coroutine]
fn yields_a_local_list() -> gen::Result<u8> {
    Ok(*yield_!(vec![local()])?[0])
}

#[gen::coroutine]
fn yields_a_local_tuple() -> gen::Result<u8> {
    Ok(*yield_!((number(), local()))?.1)
}

#[gen::coroutine]
fn yields_a_local_box() -> gen::Result<u8> {
    yield_!(gen::boxed(number()))
}

#[gen::coroutine(boxed)]
fn recursive(depth: u8) -> gen::Result<u8> {
    if depth == 0 {
        Ok(0)
    } else {
        yield_!(recursive(depth - 1))
    }
}

#[gen::coroutine(dyn)]
fn erased() -> gen::Result<u8> {
    yield_!(number())
}

#[gen::coroutine(dyn(local))]
fn erased_local() -> gen::Result<u8> {
    yield_!(number())
}

/// Otherwise spawning on another thread would not compile, or would compile for a type that is not
/// `Send`.
#[test]
fn t15_a_coroutine_is_send_if_what_it_keeps_across_yields_is() {
    table! {
        plain() => true,
        holds(String::new()) => true,
        holds(Rc::new(1)) => false,
        holds(Cell::new(1)) => true,
        holds(&Cell::new(1)) => false,
        yields_every_container() => true,
        drops_a_local_value_first() => true,
        keeps_a_local_value() => false,
        keeps_a_guard(&Mutex::new(1)) => false,
        yields_a_local_future() => false,
        yields_a_local_list() => false,
        yields_a_local_tuple() => false,
        yields_a_local_box() => false,
        recursive(1) => true,
        erased() => true,
        erased_local() => false,
        gen::BoxCoroutine::new(plain()) => true,
        gen::LocalBoxCoroutine::new(plain()) => false,
    }
}

#[test]
fn t15_yieldables_are_send_if_their_children_are() {
    table! {
        gen::multi(vec![number()]) => true,
        gen::multi(vec![local()]) => false,
        gen::multi(vec![number()]).join() => true,
        gen::multi((number(), number())).join() => true,
        gen::multi(vec![number()]).quiet::<std::fmt::Error>() => true,
        gen::multi(vec![local()]).quiet::<std::fmt::Error>() => false,
        gen::multi(vec![number()]).fail_fast().join() => true,
        gen::multi(vec![number()]).settle().join() => true,
        gen::multi(vec![local()]).settle() => false,
        gen::raw(local()) => false,
        gen::ok(local()) => false,
        gen::boxed(number()) => false,
        gen::boxed_send(number()) => true,
        gen::Error::new("text") => true,
        gen::limit(1, vec![number()]) => true,
        gen::limit(1, vec![number()]).as_completed() => true,
        gen::limit(1, vec![gen::ok(local())]).as_completed() => false,
        gen::multi(gen::limit(1, vec![number()])).join() => true,
        gen::multi(gen::limit(1, vec![gen::ok(local())])).join() => false,
        gen::multi(gen::first_of([number()])).join() => true,
        gen::first_of((number(), number())).join() => true,
        gen::first_ok([number()]).join() => true,
        gen::first_ok((number(), gen::ok(local()))).settle().join() => false,
        gen::hedge(Duration::ZERO, 2, number).join() => true,
        gen::hedge(Duration::ZERO, 2, || gen::ok(local())).join() => false,
        gen::bracket(number(), async |_| number().await).release(|_, _| nothing()) => true,
        gen::bracket(number(), async |_| gen::ok(local()).await).release(|_, _| nothing()) => false,
        gen::bracket(number(), async |_| number().await).release_in_place(|_, _| nothing()) => true,
        gen::bracket(number(), async |_| number().await).release_in_place(|_, _| local_nothing()) => false,
        gen::bracket(gen::ok(local()), async |_| number().await).release_local(|_, _| nothing()) => false,
        gen::finally(number(), nothing) => true,
        gen::finally_local(number(), local_nothing) => false,
        gen::multi(gen::first_of([gen::ok(local())])).join() => false,
        gen::WaitIterator::new(vec![number()]) => true,
        gen::WaitIterator::new(vec![gen::ok(local())]) => false,
        gen::WaitIterator::keyed([(Rc::new(1), number())]) => false,
        gen::WaitIterator::new(vec![number()]).next() => true,
        gen::shield(vec![number()]) => true,
        gen::shield(local()) => false,
        gen::with_timeout(Duration::ZERO, number()).cancel(Duration::ZERO) => true,
        gen::with_timeout(Duration::ZERO, local()).cancel(Duration::ZERO) => false,
        gen::scope(|_| plain()) => true,
        gen::scope(|_| yields_a_local_future()) => false,
        gen::scope_local(|_| plain()) => false,
        gen::supervise(|_| {}) => true,
        std::future::IntoFuture::into_future(gen::supervise(|_| {})) => true,
        gen::supervise_local(|_| {}) => false,
        std::future::IntoFuture::into_future(gen::supervise_local(|_| {})) => false,
        gen::spawn(plain()).cancel("for the table") => true,
        gen::spawn(plain()).trace() => true,
        gen::IoLoop::new().remote() => true,
        gen::IoLoop::new().remote().keep_alive() => true,
        gen::IoLoop::new().handle() => false,
        gen::promise::<Cell<u8>>() => true,
        gen::promise::<Rc<u8>>().0 => false,
        gen::promise::<Rc<u8>>().1 => false,
        gen::batch(|keys: Vec<u8>| async { gen::Ok(keys.into_iter().map(gen::Ok).collect::<Vec<_>>()) }) => true,
        gen::single_flight(|key: u8| async move { gen::Ok(key) }) => true,
        gen::single_flight(|key: u8| async move { gen::Ok(key) }).load(1) => true,
        gen::single_flight_local(|key: u8| async move { gen::Ok(key) }) => false,
        gen::single_flight_local(|key: u8| async move { gen::Ok(key) }).load(1) => false,
        gen::queue::Queue::<Cell<u8>>::unbounded() => true,
        gen::queue::Queue::<Rc<u8>>::unbounded() => false,
        gen::queue::Queue::<Cell<u8>>::unbounded().stream() => true,
        gen::queue::Stack::<Cell<u8>>::unbounded().get() => true,
        gen::queue::Stack::<Rc<u8>>::unbounded().get() => false,
        gen::queue::PriorityQueue::<u8>::unbounded().put(1) => true,
        gen::queue::Queue::<Rc<u8>>::unbounded().put(Rc::new(1)) => false,
        gen::queue::Queue::<Cell<u8>>::unbounded().reserve() => true,
        gen::queue::Queue::<Cell<u8>>::unbounded().join() => true,
    }
}

/// A guard that is `Sync` by mistake would share a `Cell` between threads.
#[test]
#[expect(clippy::arc_with_non_send_sync, reason = "to see that it is not `Send`")]
fn locks_are_send_and_sync_if_their_content_is() {
    use gen::sync::{Lock, RwLock, Semaphore};
    use std::sync::Arc;
    let (of_cell, of_rc) = (Arc::new(Lock::new(Cell::new(1))), Arc::new(Lock::new(Rc::new(1))));
    let (rw, rw_of_cell) = (Arc::new(RwLock::new(1)), Arc::new(RwLock::new(Cell::new(1))));
    table! {
        Lock::new(Cell::new(1)) => true,
        Lock::new(Rc::new(1)) => false,
        of_cell.lock() => true,
        of_rc.lock() => false,
        of_cell.try_lock() => true,
        of_cell.clone().lock_owned() => true,
        of_rc.clone().lock_owned() => false,
        rw.read() => true,
        rw.try_write() => true,
        rw_of_cell.read() => false,
        Semaphore::new(1).acquire() => true,
    }
    let (lock, guard) = (&ask(&*of_cell), of_cell.try_lock().unwrap());
    assert!(lock.is_sync());
    assert!(!(&ask(&guard)).is_sync(), "two threads would share the cell");
    assert!(!(&ask(&*of_rc)).is_sync());
    assert!(!(&ask(&*rw_of_cell)).is_sync(), "two readers would share the cell");
    assert!(ask(&*rw).is_sync());
    assert!(ask(&rw.try_read().unwrap()).is_sync());
}

/// A group holds its children and their results. If only one of the two may go to another thread,
/// the group may not.
#[test]
fn a_group_is_send_only_if_its_results_are() {
    fn made_here() -> impl Future<Output = gen::Result<Rc<u8>>> + Send {
        /// May go to another thread itself, but its result may not.
        struct MakesRc;
        impl Future for MakesRc {
            type Output = gen::Result<Rc<u8>>;

            fn poll(
                self: std::pin::Pin<&mut Self>,
                _: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Self::Output> {
                std::task::Poll::Ready(Ok(Rc::new(1)))
            }
        }
        MakesRc
    }
    table! {
        made_here() => true,
        gen::multi(vec![made_here()]).join() => false,
        gen::multi([made_here()]).join() => false,
        gen::multi((made_here(),)).join() => false,
        gen::multi(BTreeMap::from([(1, made_here())])).join() => false,
        gen::multi(BTreeMap::from([(Rc::new(1), number())])).join() => false,
    }
}

#[test]
fn errors_groups_and_promises_may_be_shared() {
    let error = gen::Error::new("text");
    let group = gen::multi(vec![number()]).join();
    let of_cells = gen::multi(vec![ready(Ok::<_, gen::Error>(Cell::new(1)))]).join();
    let (promise, future) = gen::promise::<Cell<u8>>();
    let (promise, future) = (&ask(&promise), &ask(&future));
    assert!(promise.is_sync() && future.is_sync());
    let (error, group, of_cells) = (&ask(&error), &ask(&group), &ask(&of_cells));
    assert!(error.is_sync());
    assert!(group.is_sync());
    assert!(!of_cells.is_sync());
}
