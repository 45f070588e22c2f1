//! States, as others see them.

use gen::yield_;
use gen_durable::{get_state, resume_all, set_state, signal, Bodies, SqliteStore, StoreError};
use rusqlite::Connection;

use crate::world::{block_on, Folder};

#[gen::coroutine]
fn progress() -> gen::Result<u32> {
    yield_!(set_state("progress", "waits"))?;
    let number: u32 = yield_!(signal("number"))?;
    let before: Option<String> = yield_!(get_state("progress"))?;
    yield_!((set_state("number", &number), set_state("progress", &None::<u32>)))?;
    Ok(number + before.map_or(0, |text| text.len() as u32))
}

fn bodies() -> Bodies {
    Bodies::new().body("progress", |()| progress())
}

#[test]
fn any_process_sees_the_states_of_a_run_also_after_its_end() {
    let folder = Folder::new("states");
    let path = folder.file("orders.db");
    let store = SqliteStore::open(&path).unwrap();
    let text = |store: &SqliteStore| store.state::<String>("progress", "7", "progress");
    block_on(async {
        let run = resume_all(&store, bodies())?.start("progress", "7", &()).await?;
        gen::sleep(std::time::Duration::from_secs(60)).await?;
        assert_eq!(text(&SqliteStore::open(&path)?)?.as_deref(), Some("waits"));
        assert_eq!(run.state::<String>("progress").await?.as_deref(), Some("waits"));
        assert_eq!(run.state::<u32>("number").await?, None);
        Ok(())
    })
    .unwrap();
    drop(store);
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(text(&store).unwrap().as_deref(), Some("waits"));
    store.send_signal("progress", "7", "number", &1).unwrap();
    let end = block_on(async { resume_all(&store, bodies())?.get("progress", "7")?.result::<u32>().await });
    assert_eq!(end.unwrap(), 6);
    assert_eq!(text(&store).unwrap(), None);
    assert_eq!(store.state("progress", "7", "number").unwrap(), Some(1));
    let error = store.state::<String>("progress", "7", "number").unwrap_err();
    assert!(error.to_string().starts_with("the state has another type"), "{error}");
    let error = store.state::<u32>("progress", "8", "number").unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&StoreError::NoRun));
    store.check().unwrap();
    let sql = "UPDATE states SET value = '2'";
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    for error in [store.check().unwrap_err(), store.state::<u32>("progress", "7", "number").unwrap_err()] {
        assert!(matches!(error.downcast_ref(), Some(StoreError::Damaged { .. })), "{error:?}");
    }
    // The next run of this key has states of its own.
    store.remove("progress", "7").unwrap();
    drop(store.journal("progress", "7").unwrap());
    assert_eq!(store.state::<u32>("progress", "7", "number").unwrap(), None);
}
