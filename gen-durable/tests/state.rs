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
