//! Runs that call others, and the client.

use std::thread::sleep;
use std::time::Duration;

use gen_durable::StepFailed;
use gen_restate::ClientError;
use restate::bodies::Child;
use restate::wait::wait_until;
use serde_json::{json, Value};

use crate::{client, world};

#[test]
fn a_call_begins_one_run_and_gives_its_end_whatever_is_killed() {
    let Some(mut world) = world("calls", 1) else { return };
    let key = |number: u32| format!("f{number}");
    for number in 0..10 {
        world.begin("Parent", &key(number), &key(number));
        sleep(Duration::from_millis(20));
        match number % 5 {
            4 => world.restart_node(0),
            _ => world.replace_busiest(),
        };
    }
    for number in 0..10 {
        world.send_signal("Parent", &key(number), "go on", &());
    }
    world.wait_for_status("Parent", 10, "completed");
    // Those that begin late, too.
    world.wait_for_status("Child", 50, "completed");
    for number in 0..10 {
        let end = r#"[10, 20, 30] 10 an unlucky number 402 Some(13) Some("begun")"#;
        assert_eq!(world.result("Parent", &key(number)), Ok(end.into()));
        assert_eq!(world.result("Child", &format!("{}-4", key(number))), Ok(40.into()));
    }
    assert_eq!(world.mismatches(), Vec::<String>::new());
}

#[test]
fn a_cancelled_caller_cancels_only_the_run_for_which_it_waits() {
    let Some(world) = world("callers", 1) else { return };
    let callers = ["awaited", "shielded"];
    let ids = callers.map(|key| world.begin("Caller", key, &key));
    wait_until("they have called", || world.runs("Wait").len() == 4);
    for id in ids {
        world.cancel(&id);
    }
    for (body, key) in [("Caller", "awaited"), ("Wait", "awaited-called")] {
        let error = world.result(body, key).expect_err("it is cancelled");
        assert!(error.contains("cancelled"), "{error}");
    }
    for key in ["awaited-given-up", "shielded-given-up", "shielded-called"] {
        world.send_signal("Wait", key, "one", &1);
        world.send_signal("Wait", key, "two", &2);
    }
    // The cancelled one has ended, too.
    world.wait_for_status("Wait", 4, "completed");
    world.wait_for_status("Caller", 2, "completed");
    for key in ["awaited-given-up", "shielded-given-up", "shielded-called"] {
        assert_eq!(world.result("Wait", key), Ok("1, 2".into()), "{key}");
    }
    assert_eq!(world.result("Caller", "shielded"), Ok("1, 2".into()));
    assert_eq!(world.mismatches(), Vec::<String>::new());
}

/// Runs a future on tokio.
fn block_on<T>(future: impl std::future::Future<Output = gen::Result<T>>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(future).unwrap()
}

#[test]
fn the_client_starts_signals_cancels_and_reads_runs() {
    let Some(world) = world("client", 1) else { return };
    let client = client(&world.server);
    let unlucky = Child { key: "unlucky".into(), number: 13 };
    let late = Child { key: "late".into(), number: 5 };
    block_on(async {
        assert!(client.start("Parent", "f", "f").await?, "it is new");
        assert!(!client.start("Parent", "f", "f").await?, "it is there already");
        assert_eq!(client.result_now::<String>("Parent", "f").await?, None);
        client.send_signal("Parent", "f", "go on", &()).await?;
        let end: String = client.result("Parent", "f").await?;
        assert!(end.starts_with("[10, 20, 30] 10 "), "{end}");
        assert_eq!(client.result_now::<String>("Parent", "f").await?, Some(end));
        assert!(!client.start("Parent", "f", "f").await?, "it has ended");

        client.start("Child", "unlucky", &unlucky).await?;
        let error = client.result::<u32>("Child", "unlucky").await.unwrap_err();
        let failed = error.downcast_ref::<StepFailed>().expect("the run fails with it");
        assert_eq!((failed.code(), failed.payload()), (402, Some(13)));

        client.start_after("Child", "late", &late, Duration::from_millis(300)).await?;
        client.start_after("Child", "tomorrow", &late, Duration::from_secs(86_400)).await?;
        assert_eq!(client.result::<u32>("Child", "late").await?, 50);
        assert_eq!(client.result_now::<u32>("Child", "tomorrow").await?, None);

        client.start("CleanUp", "c", "c").await?;
        client.cancel("CleanUp", "c").await?;
        assert_eq!(client.result::<String>("CleanUp", "c").await?, "a cleaned up, b cleaned up");

        for error in [
            client.cancel("CleanUp", "none").await.unwrap_err(),
            client.result::<u32>("Child", "none").await.unwrap_err(),
            client.result_now::<u32>("Child", "none").await.unwrap_err(),
        ] {
            assert!(matches!(error.downcast_ref(), Some(ClientError::NoSuchRun { .. })), "{error}");
        }
        let error = client.start("Nobody", "n", &1).await.unwrap_err();
        assert!(matches!(error.downcast_ref(), Some(ClientError::Refused { status: 404, .. })), "{error}");
        assert!(error.to_string().contains("Nobody"), "{error}");

        // The second one is taken for the first one that was sent again.
        client.start("Wait", "once", "once").await?;
        client.send_signal_once("Wait", "once", "one", &1, "ä 1").await?;
        client.send_signal_once("Wait", "once", "two", &9, "ä 1").await?;
        client.send_signal_once("Wait", "once", "two", &2, "ä 2").await?;
        assert_eq!(client.result::<String>("Wait", "once").await?, "1, 2");
        Ok(())
    });
}

#[test]
fn the_state_of_a_run_is_seen_while_it_waits() {
    let Some(world) = world("state", 1) else { return };
    let client = client(&world.server);
    // It has a text at first.
    let progress = || block_on(client.state::<Value>("Parent", "f", "progress"));
    world.begin("Parent", "f", &"f");
    wait_until("it has called", || progress() == Some(json!([10, 20, 30])));
    world.send_signal("Parent", "f", "go on", &());
    world.wait_for_status("Parent", 1, "completed");
    wait_until("the state is removed", || progress().is_none());
}
