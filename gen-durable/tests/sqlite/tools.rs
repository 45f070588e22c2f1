//! A tool that has no bodies adds runs, and looks into them.

use std::time::Duration;

use gen_durable::{resume_all, Bodies, MemoryJournal, RunState, SqliteOptions, StoreError};

use crate::world::{block_on, two_of_a_name, Folder, World};

#[test]
fn a_run_that_a_tool_has_added_is_taken_by_the_process_with_its_body() {
    let folder = Folder::new("added");
    let store = SqliteOptions::new().survive_power_cut(false).open(folder.file("orders.db")).unwrap();
    assert!(store.add("numbers", "7", &()).unwrap());
    assert!(!store.add("numbers", "7", "other arguments").unwrap(), "it is there");
    assert_eq!(store.runs().unwrap()[0].state, RunState::Free);
    store.arguments::<()>("numbers", "7").unwrap();
    assert!(store.arguments::<String>("numbers", "7").unwrap_err().to_string().contains("another type"));
    for (name, value) in [("number", "1"), ("name", "\"Ada\""), ("number", "2")] {
        let value: serde_json::Value = serde_json::from_str(value).unwrap();
        store.send_signal("numbers", "7", name, &value).unwrap();
    }
    let world = World::default();
    let end = block_on(async {
        let runs = resume_all(&store, Bodies::new())?;
        assert_eq!(runs.resume()?, 0, "the body is not there");
        let its = world.clone();
        let runs = resume_all(&store, Bodies::new().body("numbers", move |()| two_of_a_name(its.clone())))?;
        runs.get("numbers", "7")?.result::<String>().await
    });
    assert_eq!(end.unwrap(), "1, 2, Ada");
}

#[test]
fn a_copy_of_a_journal_replays_the_run_and_leaves_it_alone() {
    let folder = Folder::new("copied");
    let store = SqliteOptions::new().survive_power_cut(false).open(folder.file("orders.db")).unwrap();
    let world = World::default();
    let its = world.clone();
    block_on(async {
        let runs = resume_all(&store, Bodies::new().body("numbers", move |()| two_of_a_name(its.clone())))?;
        let run = runs.start("numbers", "7", &()).await?;
        run.send_signal("number", &1).await?;
        gen::sleep(Duration::from_secs(60)).await?;
        // Another process runs it, for all that the copy knows.
        let copy = store.records("numbers", "7")?;
        assert_eq!(copy.steps(), ["got 1"]);
        assert_eq!(copy.signals(), ["number"]);
        copy.send_signal("number", &2)?;
        copy.send_signal("name", "Bea")?;
        let replayed = gen_durable::run(two_of_a_name(World::default()), MemoryJournal::new(&copy));
        assert_eq!(replayed.await?, "1, 2, Bea");
        run.send_signal("number", &3).await?;
        run.send_signal("name", "Ada").await?;
        assert_eq!(run.result::<String>().await?, "1, 3, Ada");
        Ok(())
    })
    .unwrap();
    assert_eq!(world.log(), ["got 1"], "the copy has no step of its own");
    // One that has ended gives its end.
    let ended = store.records("numbers", "7").unwrap();
    let replayed = gen_durable::run(two_of_a_name(World::default()), MemoryJournal::new(&ended));
    assert_eq!(block_on(replayed).unwrap(), "1, 3, Ada");
    let error = store.records("numbers", "8").unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&StoreError::NoRun));
}
