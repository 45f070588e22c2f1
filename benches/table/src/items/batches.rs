//! Batches, beside one that is written by hand. Both run in tasks of an `IoLoop` of gen. An
//! operation is one load: its key is added to the call, and its value comes back.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::hint::black_box;
use std::rc::Rc;

use futures::channel::oneshot;

use crate::fixtures::yield_now;
use crate::harness::{ours, peer, Entry, Meter, Runner};

const LOADS: u64 = 100_000;

/// The function of both: it waits once, and has a value for each key.
async fn fetch(keys: Vec<u64>) -> gen::Result<HashMap<u64, u64>> {
    yield_now().await;
    Ok(keys.into_iter().map(|key| (key, key)).collect())
}

/// A batch of a program that has none: the loads of each key, and a task that makes the call in
/// the next turn. It knows nothing of cancellation, panics, other threads and dumps.
#[derive(Clone, Default)]
struct ByHand {
    waiting: Rc<RefCell<HashMap<u64, Vec<oneshot::Sender<u64>>>>>,
}

impl ByHand {
    async fn load(self, key: u64) -> gen::Result<u64> {
        let (sender, receiver) = oneshot::channel();
        let begins = self.waiting.borrow().is_empty();
        self.waiting.borrow_mut().entry(key).or_default().push(sender);
        if begins {
            drop(gen::spawn_local(self.call()));
        }
        receiver.await.map_err(gen::Error::from)
    }

    async fn call(self) -> gen::Result<()> {
        yield_now().await;
        let waiting = self.waiting.take();
        let values = fetch(waiting.keys().copied().collect()).await?;
        for (key, senders) in waiting {
            for sender in senders {
                let _ = sender.send(values[&key]);
            }
        }
        Ok(())
    }
}

/// Loads so many keys at a time, in one list, of which `equal` are equal each.
fn lists<F: Future<Output = gen::Result<u64>> + 'static>(
    at_once: u64,
    equal: u64,
    load: impl Fn(u64) -> F + Clone + 'static,
) -> impl FnMut(&mut Meter) + 'static {
    let io_loop = gen::IoLoop::new();
    move |meter| {
        let load = load.clone();
        let body = async move {
            for _ in 0..LOADS / at_once {
                let loads: Vec<_> = (0..at_once).map(|key| load(key / equal)).collect();
                black_box(gen::multi(loads).join().await.expect("nothing fails"));
            }
        };
        meter.time(|| io_loop.block_on(body));
    }
}

fn entries(at_once: u64, equal: u64) -> Vec<Entry> {
    let (batch, local) = (gen::batch(fetch), gen::batch_local(fetch));
    let by_hand = ByHand::default();
    vec![
        ours("`batch`", lists(at_once, equal, move |key| batch.load(key))),
        ours("`batch_local`", lists(at_once, equal, move |key| local.load(key))),
        peer("by hand", lists(at_once, equal, move |key| by_hand.clone().load(key))),
    ]
}

pub fn run(runner: &mut Runner) {
    for at_once in [1, 10, 1_000] {
        runner.case("load keys in one call", at_once, LOADS, entries(at_once, 1));
    }
    runner.case("load keys of which ten are equal each, in one call", 1_000, LOADS, entries(1_000, 10));
}
