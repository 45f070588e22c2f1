//! Serves the coroutines, and answers to the lines of the test. It ends with the process of the
//! test.

use std::io::{stdin, BufRead};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::{env, thread};

use gen_restate::{shared_listener, Endpoint};
use log::{LevelFilter, Log, Metadata, Record};
use restate::bodies::{
    caller, changes, child, clean_up, order, parent, program, values, wait, Child, Order, Trial, World,
    IN_MEMORY,
};
use restate::effects::Effects;
use restate::server::PUBLIC_KEY;
use restate::workers::{CHECKS, EFFECTS, PORT};

/// Writes to the standard error, which is the log of the test.
struct ToStandardError;

impl Log for ToStandardError {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("gen")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            eprintln!("{} {}: {}", std::process::id(), record.level(), record.args());
        }
    }

    fn flush(&self) {}
}

/// The time after which a run that only waits is suspended. The tests see both: runs that go on in
/// the same process, and runs that are replayed.
const SUSPEND_AFTER: Duration = Duration::from_millis(50);

fn endpoint(effects: PathBuf) -> Endpoint {
    let effects = Effects::new(effects);
    let world = move |key: &str| World::new(&effects, key);
    let worlds = [(); 9].map(|()| world.clone());
    let [of_program, of_order, of_wait, of_clean_up, of_values, of_changes, of_child, of_parent, of_caller] =
        worlds;
    Endpoint::new()
        .workflow("Program", move |trial: Trial| program(trial.program, of_program(&trial.key)))
        .workflow("Order", move |input: Order| order(input.clone(), of_order(&input.key)))
        .workflow("Wait", move |key: String| wait(of_wait(&key)))
        .workflow("CleanUp", move |key: String| clean_up(of_clean_up(&key)))
        .workflow("Values", move |key: String| values(of_values(&key)))
        .workflow("Changes", move |key: String| changes(of_changes(&key)))
        .workflow("Child", move |input: Child| child(input.number, of_child(&input.key)))
        .workflow("Parent", move |key: String| parent(key.clone(), of_parent(&key)))
        .workflow("Caller", move |key: String| caller(key.clone(), of_caller(&key)))
        .suspend_after(SUSPEND_AFTER)
}

/// Answers to the lines of the test, and ends the process when no line can come any more.
fn answer() {
    for line in stdin().lock().lines().map_while(Result::ok) {
        match line.as_str() {
            "serves?" => println!("serves"),
            "in memory?" => println!("{}", IN_MEMORY.load(Ordering::SeqCst)),
            other => eprintln!("an unknown line: {other}"),
        }
    }
    std::process::exit(0);
}

#[tokio::main(worker_threads = 2)]
async fn main() -> gen::Result {
    log::set_logger(&ToStandardError).expect("there is no other logger");
    log::set_max_level(LevelFilter::Info);
    let port: u16 = env::var(PORT)?.parse()?;
    let mut endpoint = endpoint(env::var(EFFECTS)?.into());
    if env::var_os(CHECKS).is_some() {
        endpoint = endpoint.identity_key(PUBLIC_KEY)?;
    }
    let listener = shared_listener(SocketAddr::from(([127, 0, 0, 1], port)))?;
    // It listens, so it may say so.
    thread::spawn(answer);
    Ok(endpoint.serve_on(listener).await?)
}
