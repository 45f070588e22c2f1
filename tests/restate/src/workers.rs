//! The processes that serve the coroutines. They share one port, so that the server reaches those
//! that live.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::bodies::CHANGED;
use crate::effects::Effects;
use crate::server::{free_ports, Server};

/// The variable of a process with the port that it serves.
pub const PORT: &str = "GEN_RESTATE_PORT";

/// The variable of a process with the folder of its [`Effects`].
pub const EFFECTS: &str = "GEN_RESTATE_EFFECTS";

/// The variable of a process that answers only to requests which are signed with the key of the
/// servers. Without optimization it checks a request in some milliseconds.
pub const CHECKS: &str = "GEN_RESTATE_CHECKS";

/// The processes of one test. The drop kills those that live.
#[derive(Debug)]
pub struct Workers {
    program: &'static str,
    port: u16,
    checks: bool,
    effects: PathBuf,
    log: PathBuf,
    living: Vec<Worker>,
}

#[derive(Debug)]
struct Worker {
    process: Child,
    /// The lines that it writes.
    output: BufReader<ChildStdout>,
}

impl Workers {
    /// Makes none yet. `program` is the path of the program `worker` of this package. The files
    /// are in the folder of the server. If `checks`, they check that requests are signed.
    ///
    /// # Panics
    ///
    /// If the files cannot be made.
    #[must_use]
    pub fn new(program: &'static str, server: &Server, checks: bool) -> Self {
        let [port] = free_ports();
        let (effects, log) = (server.folder().path("effects"), server.folder().path("workers.log"));
        std::fs::create_dir_all(&effects).expect("the folder is made");
        Workers { program, port, checks, effects, log, living: Vec::new() }
    }

    /// The port that all of them serve.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The outside of their coroutines.
    #[must_use]
    pub fn effects(&self) -> Effects {
        Effects::new(self.effects.clone())
    }

    /// Starts a process, and waits until it serves the port.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn start(&mut self) {
        self.start_with(false);
    }

    /// Starts a process with the changed program.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn start_changed(&mut self) {
        self.start_with(true);
    }

    fn start_with(&mut self, is_changed: bool) {
        let log = OpenOptions::new().create(true).append(true).open(&self.log).expect("the log is made");
        let mut command = Command::new(self.program);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .env(PORT, self.port.to_string())
            .env(EFFECTS, &self.effects);
        if self.checks {
            command.env(CHECKS, "1");
        }
        if is_changed {
            command.env(CHANGED, "1");
        }
        let mut process = command.spawn().expect("the worker starts");
        let output = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut worker = Worker { process, output };
        assert_eq!(worker.ask("serves?"), "serves", "{}", self.log());
        self.living.push(worker);
    }

    /// Kills the process with the most coroutines in memory, with SIGKILL. Returns their number.
    ///
    /// # Panics
    ///
    /// If no process lives, or one does not answer.
    pub fn kill_busiest(&mut self) -> usize {
        let in_memory = self.in_memory();
        let (busiest, count) = (0..).zip(in_memory).max_by_key(|(_, count)| *count).expect("one lives");
        drop(self.living.remove(busiest));
        count
    }

    /// Kills all of them.
    pub fn kill_all(&mut self) {
        self.living.clear();
    }

    /// The number of coroutines in the memory of each process.
    ///
    /// # Panics
    ///
    /// If a process does not answer.
    pub fn in_memory(&mut self) -> Vec<usize> {
        let answers = self.living.iter_mut().map(|worker| worker.ask("in memory?"));
        answers.map(|answer| answer.parse().expect("a number")).collect()
    }

    /// The lines that the processes have logged.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Worker {
    /// Sends a line, and waits for the answer.
    fn ask(&mut self, question: &str) -> String {
        let stdin = self.process.stdin.as_mut().expect("it is piped");
        writeln!(stdin, "{question}").expect("the worker lives");
        let mut answer = String::new();
        self.output.read_line(&mut answer).expect("the worker answers");
        answer.trim().to_owned()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
