//! States that a run shows to others.

mod world;

use gen::yield_;
use gen_durable::{get_state, set_state, step, FileJournal, MemoryJournal, NoJournal, Records, StepFailed};

use crate::world::{block_on, Folder, World};

type Seen = (Option<u32>, Option<u32>, [Option<u32>; 2], Option<u32>);

#[gen::coroutine]
fn counts(world: World) -> gen::Result<Seen> {
    let before = yield_!(get_state::<u32>("count"))?;
    yield_!(set_state("count", &1))?;
    let one = yield_!(get_state("count"))?;
    yield_!(step("work", world.work("work", ())))?;
    yield_!((set_state("count", &2), set_state("other", &3)))?;
    let both = yield_!([get_state("count"), get_state("other")])?;
    yield_!(set_state("other", &None::<u32>))?;
    Ok((before, one, both, yield_!(get_state("other"))?))
}

const SEEN: Seen = (None, Some(1), [Some(2), Some(3)], None);

#[test]
fn a_run_that_is_killed_at_any_entry_has_the_same_states() {
    let whole = Records::new();
    let run =
        |records: &Records| block_on(gen_durable::run(counts(World::default()), MemoryJournal::new(records)));
    assert_eq!(run(&whole).unwrap(), SEEN);
    for len in 0..=whole.len() {
        let cut = whole.cut(len);
        assert_eq!(run(&cut).unwrap(), SEEN, "killed after {len} entries");
        assert_eq!(cut, whole);
        assert_eq!(cut.state::<u32>("count").unwrap(), Some(2));
        assert_eq!(cut.state::<u32>("other").unwrap(), None);
    }
    let error = whole.state::<String>("count").unwrap_err().to_string();
    assert!(error.starts_with("the state `count` has another type"), "{error}");
}

#[test]
fn a_journal_in_a_file_keeps_states_for_its_coroutine() {
    let folder = Folder::new("state-file");
    for _ in 0..2 {
        let journal = FileJournal::open(folder.file("counts")).unwrap();
        assert_eq!(block_on(gen_durable::run(counts(World::default()), journal)).unwrap(), SEEN);
    }
}

#[test]
fn without_a_journal_a_state_can_be_set_and_not_read() {
    block_on(async { set_state("count", &1).await }).unwrap();
    let error = block_on(async { get_state::<u32>("count").await }).unwrap_err();
    let needed = &error.downcast_ref::<NoJournal>().unwrap().what;
    assert!(needed.starts_with("a reading of the state `count` at "), "{needed}");
}

#[test]
fn a_state_of_another_type_is_an_error() {
    #[gen::coroutine]
    fn body() -> gen::Result<Option<u32>> {
        yield_!(set_state("count", "many"))?;
        yield_!(get_state("count"))
    }
    let run = gen_durable::run(body(), MemoryJournal::new(&Records::new()));
    let error = block_on(run).unwrap_err();
    assert!(error.is::<StepFailed>() && error.to_string().contains("has another type"), "{error}");
}

/// Sets the state to a number, which a change of the program has changed.
#[gen::coroutine]
fn sets(number: u32) -> gen::Result<Option<u32>> {
    yield_!(set_state("count", &number))?;
    yield_!(step("work", || async { Ok(()) }))?;
    yield_!(get_state("count"))
}

#[test]
fn after_a_change_of_the_program_a_run_reads_the_state_that_others_see() {
    let run = |number, records: &Records| {
        block_on(gen_durable::run(sets(number), MemoryJournal::new(records))).unwrap()
    };
    let whole = Records::new();
    assert_eq!(run(1, &whole), Some(1));
    let cut = whole.cut(3);
    assert_eq!(run(2, &cut), Some(1));
    assert_eq!(cut.state::<u32>("count").unwrap(), Some(1));
}

#[gen::coroutine]
fn sets_much(name: String, size: usize) -> gen::Result<String> {
    let set = yield_!(set_state(name.as_str(), &"x".repeat(size)));
    let read = yield_!(get_state::<String>(name.as_str()));
    let why = |error: gen::Error| error.downcast_ref::<StepFailed>().map(ToString::to_string);
    let (set, read) = (set.err().and_then(why), read.err().and_then(why));
    yield_!(step("go on", || async { Ok(()) }))?;
    Ok(format!("{set:?}, {read:?}"))
}

#[test]
fn a_state_that_has_no_room_in_an_entry_fails_its_yield_and_not_the_run() {
    const ENTRY: usize = 16 << 20;
    let folder = Folder::new("state-large");
    for _ in 0..2 {
        let journal = FileJournal::open(folder.file("journal")).unwrap();
        let end = block_on(gen_durable::run(sets_much("text".into(), ENTRY - 100), journal)).unwrap();
        assert!(end.ends_with("too large for an entry of the journal\"), None"), "{end}");
    }
    let journal = MemoryJournal::new(&Records::new());
    let end = block_on(gen_durable::run(sets_much("n".repeat(2000), 1), journal)).unwrap();
    assert_eq!(end.matches("the name of a state has 2000 bytes, and at most 1024").count(), 2, "{end}");
}
