//! Brackets under each fault at each of their yields: a resource is released exactly once.

use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use gen::testing::{explore, Explore, Fault};
use gen::{yield_, Exit};

/// The events: `+a` is the acquisition of a, and `-a` its release.
type Journal = Rc<RefCell<Vec<String>>>;

/// It is released by [`give_back`], and by nothing else.
struct Resource {
    name: &'static str,
    journal: Journal,
}

#[gen::coroutine]
fn take(name: &'static str, journal: Journal) -> gen::Result<Resource> {
    yield_!(gen::sleep(Duration::from_secs(1)))?;
    journal.borrow_mut().push(format!("+{name}"));
    Ok(Resource { name, journal })
}

/// Releases it before the first yield, since each yield may fail.
#[gen::coroutine]
fn give_back(resource: Resource, _: Exit) -> gen::Result {
    resource.journal.borrow_mut().push(format!("-{}", resource.name));
    yield_!(gen::sleep(Duration::from_secs(1)))
}

#[gen::coroutine]
fn work(resource: &mut Resource) -> gen::Result<usize> {
    yield_!(gen::sleep(Duration::from_secs(1)))?;
    yield_!([gen::sleep(Duration::from_secs(1)), gen::sleep(Duration::from_secs(2))])?;
    Ok(resource.name.len())
}

#[gen::coroutine]
fn nested(journal: Journal) -> gen::Result<usize> {
    let inner = journal.clone();
    yield_!(gen::bracket(take("a", journal), async |a| {
        let b = yield_!(gen::bracket(take("b", inner), work).release_local(give_back))?;
        Ok::<_, gen::Error>(b + yield_!(work(a))?)
    })
    .release_local(give_back))
}

fn exploring<C>(body: fn(Journal) -> C) -> Explore<'static, Journal, usize>
where
    C: std::future::Future<Output = gen::Result<usize>> + 'static,
{
    let body = move || {
        let journal = Journal::default();
        (journal.clone(), body(journal))
    };
    // The release of a bracket that was dropped goes on in a task.
    explore(body).linger(Duration::from_secs(10)).invariant(|journal, _| {
        let journal = journal.borrow();
        let count = |entry: &str| journal.iter().filter(|told| *told == entry).count();
        for name in ["a", "b"] {
            let (taken, given) = (count(&format!("+{name}")), count(&format!("-{name}")));
            gen::ensure!(taken == given && taken <= 1, "{name} was released {given} times: {journal:?}");
        }
        Ok(())
    })
}

/// Otherwise some fault at some yield would leak a resource, or would release it twice.
#[test]
fn what_was_acquired_is_released_exactly_once() {
    let report = exploring(nested).report();
    assert!(report.findings().is_empty(), "{report}");
    assert!(report.runs() > 40, "{report}");
    exploring(nested).pairs().check();
}

/// Otherwise an outer resource would be released while the inner one is in use.
#[test]
fn the_inner_one_is_released_first() {
    exploring(nested)
        .invariant(|journal, _| {
            let at = |entry: &str| journal.borrow().iter().position(|told| told == entry);
            if let (Some(inner), Some(outer)) = (at("-b"), at("-a")) {
                gen::ensure!(inner < outer, "{:?}", journal.borrow());
            }
            Ok(())
        })
        .check();
}

/// Otherwise a use that cannot take a cancellation would take the release with it.
#[test]
fn the_same_holds_for_a_use_that_has_no_yield() {
    #[gen::coroutine]
    fn limited(journal: Journal) -> gen::Result<usize> {
        let whole = gen::bracket(take("a", journal), async |_| pending::<gen::Result<usize>>().await);
        yield_!(gen::with_timeout(Duration::from_secs(5), whole.release_local(give_back)))
    }
    exploring(limited).check();
}

/// Otherwise the exploration above would not notice anything.
#[test]
fn without_a_bracket_something_leaks() {
    #[gen::coroutine]
    fn by_hand(journal: Journal) -> gen::Result<usize> {
        let mut resource = yield_!(take("a", journal))?;
        let used = yield_!(work(&mut resource));
        yield_!(give_back(resource, Exit::Success))?;
        used
    }
    let report = exploring(by_hand).report();
    assert!(report.findings().iter().any(|finding| finding.plan().ends_with("Drop")), "{report}");
}

/// Otherwise a panic of the use would leak the resource, wherever it happens.
#[test]
fn a_panic_at_any_yield_releases_too() {
    #[gen::coroutine]
    fn fragile(resource: &mut Resource) -> gen::Result<usize> {
        Ok(yield_!(work(resource)).expect("the work must not fail"))
    }
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result<usize> {
        let whole = gen::bracket(take("a", journal), fragile).release_local(give_back);
        // The task that panics is another one, since a panic of the body is a finding.
        match yield_!(gen::spawn_local(whole)) {
            Err(error) if error.is::<gen::Panicked>() => Ok(0),
            ended => ended,
        }
    }
    exploring(body).faults([Fault::Error, Fault::LostReply, Fault::Cancel]).check();
}

/// Otherwise a fault would skip a clean-up, or would run it twice.
#[test]
fn a_clean_up_runs_exactly_once_whatever_fails() {
    /// Says that it begins in its first poll.
    #[gen::coroutine]
    fn begins(journal: Journal) -> gen::Result<usize> {
        journal.borrow_mut().push("+a".to_owned());
        yield_!(gen::sleep(Duration::from_secs(1)))?;
        yield_!([gen::sleep(Duration::from_secs(1)), gen::sleep(Duration::from_secs(2))])?;
        Ok(1)
    }
    #[gen::coroutine]
    fn cleans_up(journal: Journal) -> gen::Result {
        journal.borrow_mut().push("-a".to_owned());
        yield_!(gen::sleep(Duration::from_secs(1)))
    }
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result<usize> {
        let after = journal.clone();
        yield_!(gen::finally_local(begins(journal), move || cleans_up(after)))
    }
    #[gen::coroutine]
    fn limited(journal: Journal) -> gen::Result<usize> {
        yield_!(gen::with_timeout(Duration::from_millis(1500), body(journal)))
    }
    exploring(body).pairs().check();
    exploring(limited).check();
}
