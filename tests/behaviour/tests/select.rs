//! Yields in the branches of a foreign `select!`, and between its turns.

use std::pin::pin;

use behaviour::{run, seconds, spawn, Journal};
use futures::channel::mpsc::{unbounded, UnboundedReceiver};
use futures::{FutureExt, StreamExt};
use gen::yield_;

/// Otherwise an event during another yield of the body would be lost, or the branch that is left
/// over would begin again.
#[test]
fn t02_a_loop_over_a_select_loses_nothing_between_its_turns() {
    #[gen::coroutine]
    fn steps(journal: Journal) -> gen::Result<&'static str> {
        for step in ["a", "b", "c"] {
            yield_!(gen::sleep(seconds(2)))?;
            journal.say(step);
        }
        Ok("all steps")
    }
    #[gen::coroutine]
    fn merges(mut numbers: UnboundedReceiver<u32>, journal: Journal) -> gen::Result {
        // One branch lives through all turns. The other one is created in each turn, and dropped if
        // it was too slow.
        let mut kept = pin!(async { yield_!(steps(journal.clone())) }.fuse());
        loop {
            let mut new = pin!(async { yield_!(numbers.next()) }.fuse());
            futures::select_biased! {
                end = kept => journal.say(end?),
                number = new => match number? {
                    Some(number) => journal.say(number.to_string()),
                    None => return Ok(()),
                },
            }
            yield_!(gen::sleep(seconds(1)))?;
        }
    }
    let (sender, numbers) = unbounded();
    let journal = Journal::default();
    run(async {
        let merging = spawn(merges(numbers, journal.clone()));
        for number in 1..=6 {
            gen::sleep(seconds(1)).await?;
            sender.unbounded_send(number).map_err(gen::Error::from)?;
        }
        drop(sender);
        merging.await
    });
    assert_eq!(journal.take(), "1, a, 2, 3, b, 4, 5, c, all steps, 6");
}
