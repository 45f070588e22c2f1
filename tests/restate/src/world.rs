//! A server with processes that serve the coroutines.

use std::collections::BTreeMap;
use std::path::PathBuf;

use editors::tools::or_skip;
use serde::Serialize;
use serde_json::Value;

use crate::http::{request, Answer};
use crate::server::{find, Server};
use crate::wait::{wait_for, wait_until, ANSWER};
use crate::workers::Workers;

/// The paths of the programs of this package, which only its tests know.
#[derive(Debug, Clone, Copy)]
pub struct Programs {
    /// The program `guard`.
    pub guard: &'static str,
    /// The program `worker`.
    pub worker: &'static str,
}

/// The world of one test. Its drop ends all its processes.
#[derive(Debug)]
pub struct World {
    /// The processes that serve the coroutines. They end before the server.
    pub workers: Workers,
    /// The server.
    pub server: Server,
}

/// The status of a cancellation of a run that has ended.
const HAS_ENDED: u16 = 409;

/// The status of the result of a run that has not ended.
const NOT_READY: u16 = 470;

impl World {
    /// Starts a server of so many nodes, and two processes. `None` if the server is missing.
    ///
    /// # Panics
    ///
    /// If it does not start, or is missing and must not.
    #[must_use]
    pub fn start(programs: Programs, name: &str, nodes: usize) -> Option<World> {
        Self::start_with(programs, name, nodes, false)
    }

    /// As [`start`](Self::start), with one node that signs its requests, and processes that check
    /// them.
    ///
    /// # Panics
    ///
    /// If it does not start, or is missing and must not.
    #[must_use]
    pub fn start_with_key(programs: Programs, name: &str) -> Option<World> {
        Self::start_with(programs, name, 1, true)
    }

    fn start_with(programs: Programs, name: &str, nodes: usize, has_key: bool) -> Option<World> {
        const PROCESSES: usize = 2;
        let program: PathBuf = or_skip(find())?;
        let server = Server::start(&program, programs.guard, name, nodes, has_key);
        let mut workers = Workers::new(programs.worker, &server, has_key);
        for _ in 0..PROCESSES {
            workers.start();
        }
        server.register(workers.port());
        Some(World { workers, server })
    }

    /// Sends a request to the server until it takes it, while its nodes are killed, too.
    fn post(&self, path: &str, body: &str) -> Answer {
        let post = || request("POST", self.server.ingress(), path, body, ANSWER);
        let answer = wait_for(path, || post().ok().filter(|answer| !answer.is_server_error()));
        assert!(answer.is_ok(), "{path}: {answer:?}");
        answer
    }

    /// Begins a run, and returns its identifier. If there is one with this key, it is that one.
    ///
    /// # Panics
    ///
    /// If the server refuses it, or does not take it within the [`LIMIT`](crate::wait::LIMIT).
    pub fn begin(&self, body: &str, key: &str, input: &impl Serialize) -> String {
        let input = serde_json::to_string(input).expect("it is JSON");
        let answer = self.post(&format!("/{body}/{key}/run/send"), &input).body;
        let json: Value = serde_json::from_str(&answer).expect("it is JSON");
        json["invocationId"].as_str().expect("it has an identifier").to_owned()
    }

    /// Sends a signal. The server keeps it if no process lives.
    ///
    /// # Panics
    ///
    /// If the server refuses it, or does not take it within the [`LIMIT`](crate::wait::LIMIT).
    pub fn send_signal(&self, body: &str, key: &str, name: &str, value: &impl Serialize) {
        let signal = serde_json::json!({ "name": name, "value": value });
        self.post(&format!("/{body}/{key}/signal/send"), &signal.to_string());
    }

    /// The runs of a body: the key of each, its identifier and its status.
    #[must_use]
    pub fn runs(&self, body: &str) -> Vec<Run> {
        let query = format!(
            "SELECT id, target_service_key AS key, status FROM sys_invocation \
             WHERE target_service_name = '{body}' AND target_handler_name = 'run'"
        );
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let run = |row| Run { id: text(&row, "id"), key: text(&row, "key"), status: text(&row, "status") };
        self.server.query(&query).into_iter().map(run).collect()
    }

    /// Waits until so many runs of a body have this status.
    ///
    /// # Panics
    ///
    /// If it takes longer than the [`LIMIT`](crate::wait::LIMIT), or if one of them is paused
    /// because it has departed from its journal.
    pub fn wait_for_status(&self, body: &str, count: usize, status: &str) {
        wait_until(&format!("{count} runs of {body} are {status}"), || {
            let runs = self.runs(body);
            let paused = runs.iter().find(|run| run.status == "paused");
            assert!(paused.is_none(), "{paused:?}: {:?}", self.mismatches());
            runs.iter().filter(|run| run.status == status).count() == count
        });
    }

    /// Asks the server to cancel the run with this identifier. If it has ended, nothing happens.
    ///
    /// # Panics
    ///
    /// If the server refuses it, or does not answer within the [`LIMIT`](crate::wait::LIMIT).
    pub fn cancel(&self, id: &str) {
        let path = format!("/invocations/{id}/cancel");
        let cancel = || self.server.admin("PATCH", &path, "");
        let answer = wait_for(&path, || cancel().ok().filter(|answer| !answer.is_server_error()));
        assert!(answer.is_ok() || answer.status == HAS_ENDED, "{path}: {answer:?}");
    }

    /// Waits for the end of a run: its value, or the text of its error.
    ///
    /// # Panics
    ///
    /// If the server refuses to tell it, or the run does not end within the
    /// [`LIMIT`](crate::wait::LIMIT).
    pub fn result(&self, body: &str, key: &str) -> Result<Value, String> {
        let path = format!("/restate/workflow/{body}/{key}/output");
        wait_for(&path, || {
            let answer = request("GET", self.server.ingress(), &path, "", ANSWER).ok()?;
            if answer.is_ok() {
                return Some(Ok(serde_json::from_str(&answer.body).expect("it is JSON")));
            }
            if let Some(error) = error_of_run(&answer) {
                return Some(Err(error));
            }
            assert!(answer.status == NOT_READY || answer.is_server_error(), "{path}: {answer:?}");
            None
        })
    }

    /// The key and the label of each step of a body whose outcome is in the journal of the server.
    #[must_use]
    pub fn recorded_steps(&self, body: &str) -> Vec<(String, String)> {
        let query = format!(
            "SELECT i.target_service_key AS key, j.entry_json AS entry \
             FROM sys_journal j JOIN sys_invocation i ON j.id = i.id \
             WHERE i.target_service_name = '{body}' AND i.target_handler_name = 'run' \
             AND j.entry_type IN ('Command: Run', 'Notification: Run') ORDER BY i.id, j.index"
        );
        let (mut labels, mut recorded) = (BTreeMap::new(), Vec::new());
        for row in self.server.query(&query) {
            let key = row["key"].as_str().expect("a key");
            let entry: Value = serde_json::from_str(row["entry"].as_str().expect("an entry")).expect("JSON");
            let command = &entry["Command"]["Run"];
            if let (Some(id), Some(label)) = (command["completion_id"].as_u64(), command["name"].as_str()) {
                labels.insert((key.to_owned(), id), label.to_owned());
                continue;
            }
            let completion = &entry["Notification"]["Completion"]["Run"]["completion_id"];
            let id = completion.as_u64().unwrap_or_else(|| panic!("an unknown entry: {entry}"));
            recorded.push((key.to_owned(), labels[&(key.to_owned(), id)].clone()));
        }
        recorded
    }

    /// The messages of coroutines that have departed from their journals, as the processes and the
    /// nodes have logged them.
    #[must_use]
    pub fn mismatches(&self) -> Vec<String> {
        let logs = self.workers.log() + &self.server.logs();
        let is_mismatch =
            |line: &&str| ["departs from its journal", "RT0016"].iter().any(|word| line.contains(word));
        logs.lines().filter(is_mismatch).map(str::to_owned).collect()
    }

    /// Lets a run go on that the server has paused.
    pub fn resume(&self, body: &str, key: &str) {
        for run in self.runs(body).iter().filter(|run| run.key == key && run.status == "paused") {
            let _ = self.server.admin("PATCH", &format!("/invocations/{}/resume", run.id), "");
        }
    }

    /// Kills the process with the most coroutines in memory, and starts another one. Returns their
    /// number.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn replace_busiest(&mut self) -> usize {
        let in_memory = self.workers.kill_busiest();
        self.workers.start();
        in_memory
    }

    /// Kills a node, and starts it again. Returns the number of coroutines that were in the memory
    /// of the processes.
    ///
    /// # Panics
    ///
    /// If it does not come back.
    pub fn restart_node(&mut self, node: usize) -> usize {
        let in_memory = self.workers.in_memory().iter().sum();
        self.server.kill_node(node);
        self.server.start_node(node);
        self.server.wait_for_node(node);
        in_memory
    }
}

/// The text of the error with which a run has ended, if the answer says that it has. The status is
/// that of the error, so it may be one that the server has for errors of its own.
fn error_of_run(answer: &Answer) -> Option<String> {
    let error: Value = serde_json::from_str(&answer.body).ok()?;
    let is_of_run = error["source"] == "invocation" || error["metadata"].get("gen").is_some();
    is_of_run.then(|| error["message"].as_str().unwrap_or_default().to_owned())
}

/// A run on the server.
#[derive(Debug, Clone)]
pub struct Run {
    /// The identifier of the server.
    pub id: String,
    /// The key.
    pub key: String,
    /// The server's word for its status, such as `suspended`.
    pub status: String,
}
