//! Supervisors on the loop: their order, their log, and how a dump and a route show them.

use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use behaviour::logged;
use gen::supervise::{Restart, Supervised};
use gen::{yield_, IoLoop, VirtualClock};
use serde_json::json;

fn new_loop() -> IoLoop {
    IoLoop::with_clock(VirtualClock::new())
}

const SECOND: Duration = Duration::from_secs(1);

#[gen::coroutine]
fn listen() -> gen::Result {
    yield_!(pending::<()>())
}

#[gen::coroutine]
fn query() -> gen::Result {
    yield_!(gen::sleep(SECOND))?;
    yield_!(async { Err::<(), _>("the connection is lost") })
}

#[gen::coroutine]
fn service() -> gen::Result {
    yield_!(gen::supervise(|s| {
        s.child("listener", listen);
        s.child("db", query);
    })
    .schedule([SECOND * 2; 9]))
}

/// Removes the positions, which depend on the lines of this file.
fn without_lines(text: &str) -> String {
    let file = format!("{}:", file!());
    let mut parts = text.split(&file);
    let mut left = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        left.push_str("FILE");
        left.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':'));
    }
    left
}

/// Otherwise it could not be seen which child is down, how often it was, and until when.
#[test]
fn a_dump_shows_each_child_with_its_restarts_and_its_next_start() {
    let io_loop = new_loop();
    let _task = io_loop.spawn_local(service());
    let shown = |after: Duration| {
        io_loop.run_sync(gen::sleep(after)).unwrap();
        // The second question changes nothing.
        let texts = [(); 2].map(|()| without_lines(&io_loop.dump().tasks()[0].to_string()));
        assert_eq!(texts[0], texts[1]);
        texts[0].clone()
    };
    let dump = |db: &str| {
        "task 0: supervise::service\n  at FILE in service\n  waits for 2 children of a supervisor:\n    \
         [listener] at FILE in listen\n        waits for Pending<()> (keeps no waker)\n    "
            .to_owned()
            + db
    };
    let runs = "[db] at FILE in query\n        waits for a sleep, 500ms left";
    assert_eq!(shown(SECOND / 2), dump(runs));
    let waits = |restarts: &str| dump(&format!("[db{restarts}] waits for its next start, 1s left"));
    assert_eq!(shown(SECOND * 3 / 2), waits(""));
    assert_eq!(shown(SECOND * 3), waits(", restarted once"));
    assert_eq!(shown(SECOND * 3), waits(", restarted 2 times"));
}

/// Otherwise a program that reads dumps would not find the child that is down.
#[test]
fn the_json_of_a_dump_has_the_name_and_the_restarts() {
    let io_loop = new_loop();
    let _task = io_loop.spawn_local(service());
    io_loop.run_sync(gen::sleep(SECOND * 5)).unwrap();
    let json = serde_json::to_value(io_loop.dump()).unwrap();
    let end = &json["tasks"][0]["waiting"]["end"];
    assert_eq!((&end["kind"], &end["of"]), (&json!("children"), &json!("a supervisor")));
    let child = &end["unfinished"][1];
    assert_eq!(child["key"], json!({ "kind": "supervised", "name": "db", "restarts": 1 }));
    let wait = json!({ "chain": [], "end": { "kind": "next_start", "left": 1.0 } });
    assert_eq!(child["waiting"], wait);
}

/// Otherwise a route could not answer with the states of the children.
#[test]
fn the_json_of_the_health_has_the_states() {
    #[gen::coroutine]
    fn silent(_: Supervised) -> gen::Result {
        yield_!(listen())
    }
    let io_loop = new_loop();
    let supervised = gen::supervise(|s| {
        s.child("db", query);
        s.child_with("cache", silent);
    });
    let health = supervised.health();
    let task = io_loop.spawn_local(async { supervised.schedule([SECOND * 2]).await });
    io_loop.run_sync(gen::sleep(SECOND * 2)).unwrap();
    let cache = json!({
        "name": "cache", "state": "running", "restarts": 0, "ready": false, "last_failure": null
    });
    let db = json!({
        "name": "db", "state": "waiting", "restarts": 0, "ready": false,
        "last_failure": "the connection is lost"
    });
    let expected = json!({ "healthy": true, "ready": false, "children": [db, cache] });
    assert_eq!(serde_json::to_value(&health).unwrap(), expected);
    io_loop.block_on(task.cancel("enough"));
    let expected = json!({ "healthy": false, "ready": false, "children": [] });
    assert_eq!(serde_json::to_value(&health).unwrap(), expected);
}

/// Otherwise an operator would not learn that a child fails again and again, and why.
#[test]
fn each_restart_is_one_line_of_the_log_with_its_trace() {
    let (error, lines) = logged(|| {
        let supervised = gen::supervise(|s| {
            s.child("db", query);
            s.child("job", || async { gen::Ok(()) }).restart(Restart::Always);
        });
        let supervised = supervised.schedule([SECOND * 3; 2]).intensity(3, SECOND * 60);
        new_loop().run_sync(async { supervised.await }).unwrap_err()
    });
    let job = "WARN gen: `job` of a supervisor has failed, and starts again in 3s: \
               it has ended, although it is to run always";
    let db = "WARN gen: `db` of a supervisor has failed, and starts again in 3s: \
              the connection is lost\nat FILE in query";
    let lines: Vec<_> = lines.iter().map(|line| without_lines(line)).collect();
    assert_eq!(lines, [job, db, job]);
    assert_eq!(
        format!("{error:#}"),
        "the supervisor gave up: `db` has failed, after 3 restarts in 60s: the connection is lost"
    );
}

/// The same where all children start again.
#[test]
fn a_restart_of_all_says_so() {
    let ((), lines) = logged(|| {
        let io_loop = new_loop();
        let supervised = gen::supervise(|s| {
            s.child("listener", listen);
            s.child("db", query);
        });
        let supervised = supervised.all_for_one().schedule([SECOND * 3; 2]);
        let _task = io_loop.spawn_local(async { supervised.await });
        io_loop.run_sync(gen::sleep(SECOND * 2)).unwrap();
        let dump = io_loop.dump().tasks()[0].to_string();
        for child in ["listener", "db"] {
            assert!(dump.contains(&format!("[{child}] waits for its next start, 2s left")), "{dump}");
        }
    });
    let lines: Vec<_> = lines.iter().map(|line| without_lines(line)).collect();
    let db = "WARN gen: `db` of a supervisor has failed, and all children start again in 3s: \
              the connection is lost\nat FILE in query";
    assert_eq!(lines, [db]);
}

/// Otherwise the children would not take turns, or a restart would move a child to another place.
#[test]
fn the_children_take_turns_in_the_order_in_which_they_were_added() {
    #[gen::coroutine]
    fn steps(name: char, steps: usize, fails: bool, order: Rc<RefCell<String>>) -> gen::Result {
        for _ in 0..steps {
            order.borrow_mut().push(name);
            yield_!(gen::moment())?;
        }
        gen::ensure!(!fails || order.borrow().len() > 12, "failed");
        Ok(())
    }
    let order = Rc::new(RefCell::new(String::new()));
    let [a, b, c] = [order.clone(), order.clone(), order.clone()];
    let supervised = gen::supervise_local(|s| {
        s.child("a", move || steps('a', 6, false, a.clone()));
        s.child("b", move || steps('b', 2, true, b.clone()));
        s.child("c", move || steps('c', 6, false, c.clone()));
    });
    let supervised = supervised.schedule([Duration::ZERO; 9]);
    new_loop().run_sync(async { supervised.await }).unwrap();
    assert_eq!(*order.borrow(), "abcabcacabcabcac");
}
