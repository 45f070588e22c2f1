//! The driver runs the closures of many steps: each is polled when it is woken, and is dropped when
//! nothing waits for it any more.

mod world;

use std::future::{pending, poll_fn, Future};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use gen::yield_;
use gen_durable::{sleep, step, with_timeout, MemoryJournal, Records};
use world::{block_on, World};

/// Notes its drop.
struct Noted(World, &'static str);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.note(self.1);
    }
}

#[gen::coroutine]
fn gives_up(world: World) -> gen::Result {
    let noted = Noted(world.clone(), "dropped");
    let slow = step("slow", move || async move {
        let _noted = noted;
        pending::<gen::Result>().await
    });
    let ended = yield_!(with_timeout(Duration::from_secs(1), slow));
    assert!(ended.unwrap_err().is::<gen::TimeoutError>());
    yield_!(step("next", world.work("next", ())))
}

#[test]
fn a_step_that_was_given_up_is_dropped_before_another_one_runs() {
    let world = World::default();
    let run = gen_durable::run(gives_up(world.clone()), MemoryJournal::new(&Records::new()));
    block_on(run).unwrap();
    assert_eq!(world.log(), ["dropped", "next"]);
}

const STEPS: usize = 50;

type Polls = Arc<Mutex<[u32; STEPS]>>;

/// Steps of which each is pending in its first poll, and wakes itself in it or sleeps.
#[gen::coroutine]
fn many(polls: Polls) -> gen::Result<usize> {
    let children = (0..STEPS).map(|number| {
        let polls = Arc::clone(&polls);
        let mut nap = Box::pin(gen::sleep(Duration::from_secs(1 + number as u64)));
        step(format!("step {number}"), move || {
            poll_fn(move |cx| {
                let polls = &mut polls.lock().unwrap()[number];
                *polls += 1;
                match number % 2 {
                    0 if *polls == 1 => {
                        cx.waker().wake_by_ref();
                        Poll::Pending
                    }
                    0 => Poll::Ready(Ok(())),
                    _ => nap.as_mut().poll(cx),
                }
            })
        })
    });
    let ended = yield_!(children.collect::<Vec<_>>())?.len();
    yield_!(sleep(Duration::from_secs(1)))?;
    Ok(ended)
}

#[test]
fn a_step_is_polled_once_for_each_of_its_wakes() {
    let polls: Polls = Arc::new(Mutex::new([0; STEPS]));
    let run = gen_durable::run(many(Arc::clone(&polls)), MemoryJournal::new(&Records::new()));
    assert_eq!(block_on(run).unwrap(), STEPS);
    assert_eq!(*polls.lock().unwrap(), [2; STEPS]);
}
