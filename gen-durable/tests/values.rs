//! The time, random numbers and identifiers of the first run are those of each replay.

mod world;

use std::time::{Duration, SystemTime};

use gen::yield_;
use gen_durable::{now, random, sleep, uuid, MemoryJournal, Records};
use world::block_on;

const DAY: Duration = Duration::from_secs(86_400);

type Values = (SystemTime, Vec<u64>, Vec<String>, SystemTime);

#[gen::coroutine]
fn values() -> gen::Result<Values> {
    let began = yield_!(now())?;
    let numbers = yield_!(vec![random(), random()])?;
    yield_!(sleep(DAY))?;
    let ids = yield_!(vec![uuid(), uuid()])?;
    Ok((began, numbers, ids, yield_!(now())?))
}

#[track_caller]
fn check((began, numbers, ids, ended): &Values) {
    let passed = ended.duration_since(*began).unwrap();
    assert!(DAY <= passed && passed < DAY + Duration::from_secs(60), "{passed:?}");
    let apart = began.duration_since(SystemTime::now()).unwrap_or_else(|error| error.duration());
    assert!(apart < Duration::from_secs(60), "{apart:?}");
    assert_ne!(numbers[0], numbers[1]);
    assert_ne!(ids[0], ids[1]);
    for id in ids {
        let hyphens: Vec<_> = id.match_indices('-').map(|(at, _)| at).collect();
        assert_eq!((id.len(), hyphens, &id[14..15]), (36, vec![8, 13, 18, 23], "4"), "{id}");
    }
}

#[test]
fn a_replay_gets_the_values_of_the_first_run() {
    let run = |records: &Records| block_on(gen_durable::run(values(), MemoryJournal::new(records)));
    let records = Records::new();
    let first = run(&records).unwrap();
    check(&first);
    for len in 0..=records.len() {
        let cut = records.cut(len);
        let again = run(&cut).unwrap();
        check(&again);
        // The value is in the second entry: the first one is the command.
        assert!(len < 2 || again.0 == first.0, "after {len} entries");
        assert_eq!(run(&cut).unwrap(), again, "a replay, after {len} entries");
    }
    assert_eq!(run(&records).unwrap(), first);
}

#[test]
fn without_a_journal_there_are_values_too() {
    check(&block_on(values()).unwrap());
}
