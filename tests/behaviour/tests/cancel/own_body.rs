//! A task that its own body cancels.

use std::future::Future;
use std::sync::{Arc, Mutex};

use super::*;

type Own = Arc<Mutex<Option<gen::JoinHandle<()>>>>;

fn cancel(own: &Own, reason: &'static str) -> gen::CancelCompletion {
    own.lock().unwrap().as_ref().expect("the test has put it there").cancel(reason)
}

/// Runs a body that cancels its own task, and ends with that cancellation. Returns what it says.
fn cancelled_by_itself<F>(body: impl FnOnce(Own, Journal) -> F) -> String
where
    F: Future<Output = gen::Result> + Send + 'static,
{
    let (own, journal) = (Own::default(), Journal::default());
    run(async {
        let task = spawn(body(own.clone(), journal.clone()));
        *own.lock().unwrap() = Some(task);
        gen::sleep(seconds(1)).await?;
        let task = own.lock().unwrap().take().unwrap();
        assert!(task.is_done());
        assert_eq!(reason(&task.await.unwrap_err()), "myself");
        Ok(())
    });
    journal.take()
}

/// Otherwise the request would be lost, because the body is executing.
#[test]
fn t21_a_body_that_cancels_itself_is_told_at_its_next_yield() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body(own: Own, journal: Journal) -> gen::Result {
        yield_!(gen::moment())?;
        drop(cancel(&own, "myself"));
        journal.say("still here");
        yield_!(std::future::ready(()))?;
        journal.say("and here");
        let end = yield_!(gen::sleep(seconds(10)));
        journal.say(reason(end.as_ref().unwrap_err()));
        end
    }
    assert_eq!(cancelled_by_itself(body), "still here, and here, myself");
}

/// A body that waits for its own end would be a deadlock.
#[test]
fn t21_a_body_that_waits_for_its_own_end_is_told_there() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body(own: Own, journal: Journal) -> gen::Result {
        yield_!(gen::moment())?;
        let ended = cancel(&own, "myself");
        let end = yield_!(ended);
        journal.say(reason(end.as_ref().unwrap_err()));
        end
    }
    assert_eq!(cancelled_by_itself(body), "myself");
}

/// A request that finds no yield any more changes nothing.
#[test]
fn t21_a_body_that_cancels_itself_and_ends_has_its_result() {
    needs!(OneThread);
    let own = Own::default();
    run(async {
        let its = own.clone();
        let task = spawn(async move {
            gen::moment().await?;
            drop(cancel(&its, "myself"));
            Ok::<_, gen::Error>(())
        });
        *own.lock().unwrap() = Some(task);
        gen::sleep(seconds(1)).await?;
        let task = own.lock().unwrap().take().unwrap();
        task.await
    });
}
