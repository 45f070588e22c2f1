//! The program as a person runs it, each time in a new folder.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use gen_durable::{RunState, SqliteOptions, SqliteStore};
use orders::order::{Order, BODY};
use orders::torture::{torture, Plan, Report};

const PROGRAM: &str = env!("CARGO_BIN_EXE_orders");

/// A new folder. Its drop removes it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("orders-{name}-{}", std::process::id());
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn db(&self) -> PathBuf {
        self.0.join("orders.db")
    }

    fn orders(&self, arguments: &[&str]) -> Output {
        let mut program = Command::new(PROGRAM);
        program.current_dir(&self.0).args(arguments).stdin(Stdio::null()).output().unwrap()
    }

    /// The output of a command that succeeds.
    #[track_caller]
    fn says(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.orders(arguments);
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap()
    }

    /// The complaint of a command that fails, in one line.
    #[track_caller]
    fn complains(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.orders(arguments);
        let stderr = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(1), "{stderr}");
        assert!(stdout.is_empty(), "{}", String::from_utf8_lossy(&stdout));
        stderr.strip_prefix("orders: ").unwrap().trim_end().to_owned()
    }

    fn store(&self) -> SqliteStore {
        SqliteOptions::new().survive_power_cut(false).open(self.db()).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const RUN: [&str; 6] = ["run", "--until-done", "--latency-ms", "0", "--fast", "--quiet"];

/// Runs the orders in a process until a moment that the store shows, and kills it then.
fn run_until(folder: &Folder, is_reached: impl Fn(&SqliteStore) -> bool) {
    let mut program = Command::new(PROGRAM);
    let program = program.current_dir(&folder.0).args(RUN).stdin(Stdio::null());
    let mut program = program.spawn().unwrap();
    let store = folder.store();
    while !is_reached(&store) {
        assert!(program.try_wait().unwrap().is_none(), "it has ended too early");
        std::thread::sleep(Duration::from_millis(10));
    }
    program.kill().unwrap();
    program.wait().unwrap();
}

/// The line of the body that asks for this.
#[track_caller]
fn line_of(request: &str) -> usize {
    let yields = format!("yield_!(request(shop, order, Request::{request} ");
    let body = include_str!("../src/order.rs");
    1 + body.lines().position(|line| line.contains(&yields)).expect("the body asks for it")
}

fn waits_for_approval(store: &SqliteStore) -> usize {
    let runs = store.runs().unwrap();
    let waits =
        |run: &gen_durable::RunInfo| run.waits_for.iter().any(|wait| wait.what == "the signal `approved`");
    runs.iter().filter(|run| waits(run)).count()
}

#[test]
fn an_order_survives_its_process_and_is_approved_while_none_runs() {
    let folder = Folder::new("survives");
    assert_eq!(folder.says(&["start", "7", "tea", "milk"]), "order 7 is there\n");
    run_until(&folder, |store| waits_for_approval(store) == 1);
    let approved = folder.says(&["approve", "7", "--by", "Ada"]);
    assert_eq!(
        approved,
        "order 7 is approved by Ada; no process runs it, so it goes on with the next `orders run`\n"
    );
    assert_eq!(folder.says(&RUN), "");
    let list = folder.says(&["list"]);
    assert!(list.contains("shipped") && list.contains(", approved by Ada"), "{list}");
    assert_eq!(folder.says(&["audit"]), "the books are right\n");
}

#[test]
fn the_list_shows_each_state_and_where_an_order_waits() {
    let folder = Folder::new("list");
    folder.says(&["start", "sent", "tea"]);
    folder.says(&["approve", "sent"]);
    folder.says(&["start", "no gold", "tea", "gold"]);
    folder.says(&RUN);
    folder.says(&["start", "waiting", "tea"]);
    run_until(&folder, |store| waits_for_approval(store) == 1);
    folder.says(&["start", "new", "tea", "milk"]);
    folder.says(&["cancel", "new", "--reason", "too dear"]);
    // A run of another program, which has other arguments.
    folder.store().add(BODY, "strange", &7).unwrap();
    let list = folder.says(&["list"]);
    let lines: Vec<&str> = list.lines().map(str::trim_end).collect();
    let line =
        |start: &str| *lines.iter().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{list}"));
    assert!(line("sent").contains("shipped") && line("sent").ends_with(", approved by you"), "{list}");
    assert!(line("no gold").contains("undone") && line("no gold").ends_with("there is no gold"), "{list}");
    assert!(line("waiting").contains("free"), "{list}");
    assert!(line("new").ends_with("to be cancelled: too dear"), "{list}");
    for part in [
        "└─ order › fulfil › approval at src/order.rs:",
        "├─ the signal `approved`",
        "└─ a durable timeout, ",
        "  the recorded arguments have another type: invalid type",
        &format!("└─ order › fulfil at src/order.rs:{}: the step `charge 20.00 euros`", line_of("Charge")),
        "2/4 picked",
    ] {
        assert!(list.contains(part), "{list}");
    }
    let fits = |line: &&str| line.chars().count() <= 80 || line.contains("recorded arguments");
    assert!(lines.iter().all(fits), "{list}");
    let json: serde_json::Value = serde_json::from_str(&folder.says(&["list", "--json"])).unwrap();
    let waiting = json.as_array().unwrap().iter().find(|order| order["id"] == "waiting").unwrap();
    assert_eq!(waiting["waits"]["coroutines"], serde_json::json!(["order", "fulfil", "approval"]));
    assert_eq!(waiting["waits"]["children"][0]["waits_for"], "the signal `approved`");
    assert!(waiting["waits"]["children"][1]["until"].as_u64().unwrap() > waiting["begun"].as_u64().unwrap());
}

#[test]
fn children_that_are_picked_in_parallel_are_branches_of_the_list() {
    let folder = Folder::new("branches");
    let store = folder.store();
    store.add(BODY, "7", &Order::new("7", ["tea", "milk"])).unwrap();
    // The answers never come.
    let mut program = Command::new(PROGRAM);
    let program = program.current_dir(&folder.0).args(["run", "--quiet", "--latency-ms", "1000"]);
    let mut program = program.stdin(Stdio::null()).spawn().unwrap();
    let is_picking =
        || store.runs().unwrap()[0].waits_for.iter().any(|wait| wait.what == "the step `find tea`");
    while !is_picking() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let list = folder.says(&["list"]);
    program.kill().unwrap();
    program.wait().unwrap();
    for part in
        ["in progress", ": 2 of 2 left in a list", "├─ pick at src/order.rs:", "└─ pick at src/order.rs:"]
    {
        assert!(list.contains(part), "{list}");
    }
    assert!(list.contains(": the step `find tea`") && list.contains(": the step `find milk`"), "{list}");
}

#[test]
fn mistakes_of_a_person_get_an_answer_that_says_what_to_do() {
    let folder = Folder::new("mistakes");
    let missing = "there is no file orders.db: `orders start` and `orders run` make it";
    assert_eq!(folder.complains(&["list"]), missing);
    assert!(!folder.db().exists(), "a look makes no store");
    fs::write(folder.0.join("text"), "not a store").unwrap();
    assert_eq!(
        folder.complains(&["list", "--db", "text"]),
        "cannot open the store text: the file is no store of durable runs: choose another path for the store"
    );
    assert_eq!(folder.complains(&["start", "7", "--db", "."]), ". is a folder: name a file in it");
    folder.says(&["start", "7"]);
    assert_eq!(folder.complains(&["start", "7"]), "the order 7 is there already: `orders list` shows it");
    let unknown = "there is no order 8 in orders.db: `orders list` shows all";
    assert_eq!(folder.complains(&["approve", "8"]), unknown);
    assert_eq!(folder.complains(&["cancel", "8"]), unknown);
    folder.says(&["approve", "7"]);
    assert_eq!(folder.complains(&["approve", "7"]), "the order 7 was approved before");
    folder.says(&RUN);
    let ended = folder.complains(&["approve", "7"]);
    assert!(ended.starts_with("the order 7 has ended, so there is nothing to approve: parcel "), "{ended}");
    let ended = folder.complains(&["cancel", "7"]);
    assert!(ended.starts_with("the order 7 has ended, so there is nothing to cancel: parcel "), "{ended}");
}

/// The server would drop it without a word.
#[test]
fn a_reason_that_restate_would_lose_is_refused() {
    let folder = Folder::new("reason");
    let line = ["cancel", "7", "--reason", "too dear", "--restate", "http://127.0.0.1:9"];
    assert_eq!(folder.complains(&line), "a server of Restate keeps no reason: leave `--reason` out");
}

#[test]
fn a_process_that_serves_says_where() {
    let folder = Folder::new("serve");
    let mut program = Command::new(PROGRAM);
    program.current_dir(&folder.0).args(["serve", "--address", "127.0.0.1:0"]).stdout(Stdio::piped());
    let mut program = program.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("the orders are served at http://");
    let is_open = address.map(|address| TcpStream::connect(address).is_ok());
    program.kill().unwrap();
    program.wait().unwrap();
    assert_eq!(is_open, Some(true), "{line}");
}

fn tortured(db: &Path, without_keys: bool) -> Report {
    let pause = Duration::from_millis(30);
    let plan = Plan { orders: 12, kills: 8, workers: 2, seed: 5, pause, without_keys };
    torture(PROGRAM.into(), db, &plan, |_| ()).unwrap()
}

#[test]
fn workers_that_are_killed_at_random_moments_leave_the_books_right() {
    let folder = Folder::new("torture");
    let report = tortured(&folder.db(), false);
    assert!(report.is_good(), "{report}");
    assert_eq!((report.kills, report.shipped + report.undone), (8, 12), "{report}");
    assert!(report.shipped > 0 && report.undone > 0, "{report}");
    let store = folder.store();
    assert!(store.runs().unwrap().iter().all(|run| matches!(run.state, RunState::Ended(_))));
    store.check().unwrap();
}

#[test]
fn the_torture_finds_a_bank_that_ignores_keys() {
    let folder = Folder::new("without-keys");
    let report = tortured(&folder.db(), true);
    assert!(!report.wrong.is_empty(), "{report}");
}

#[test]
fn the_progress_is_a_line_for_each_change_where_there_is_no_terminal() {
    let folder = Folder::new("watch");
    folder.says(&["start", "7", "tea"]);
    folder.says(&["approve", "7"]);
    folder.says(&RUN);
    let lines = folder.says(&["watch"]);
    assert!(lines.starts_with("order 7: shipped: parcel ") && lines.lines().count() == 1, "{lines}");
}
