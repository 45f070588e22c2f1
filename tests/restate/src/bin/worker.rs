//! Serves the coroutines, and answers to the lines of the test. It ends with the process of the
//! test.

use std::io::{stdin, BufRead};
use std::net::SocketAddr;
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

fn endpoint(effects: &Effects) -> Endpoint {
    Endpoint::new()
        .workflow(
            "Program",
            keyed(effects, |trial: &Trial| &trial.key, |trial, world| program(trial.program, world)),
        )
        .workflow("Order", keyed(effects, |input: &Order| &input.key, order))
        .workflow("Wait", keyed(effects, String::as_str, |_, world| wait(world)))
        .workflow("CleanUp", keyed(effects, String::as_str, |_, world| clean_up(world)))
        .workflow("Values", keyed(effects, String::as_str, |_, world| values(world)))
        .workflow("Changes", keyed(effects, String::as_str, |_, world| changes(world)))
        .workflow(
            "Child",
            keyed(effects, |input: &Child| &input.key, |input, world| child(input.number, world)),
        )
        .workflow("Parent", keyed(effects, String::as_str, parent))
        .workflow("Caller", keyed(effects, String::as_str, caller))
        .suspend_after(SUSPEND_AFTER)
}

/// A body whose arguments have the key of its run, in the world of that run.
fn keyed<A, C>(effects: &Effects, key: fn(&A) -> &str, body: impl Fn(A, World) -> C) -> impl Fn(A) -> C {
    let effects = effects.clone();
    move |arguments| {
        let world = World::new(&effects, key(&arguments));
        body(arguments, world)
    }
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
    let mut endpoint = endpoint(&Effects::new(env::var(EFFECTS)?.into()));
    if env::var_os(CHECKS).is_some() {
        endpoint = endpoint.identity_key(PUBLIC_KEY)?;
    }
    let listener = shared_listener(SocketAddr::from(([127, 0, 0, 1], port)))?;
    // It listens, so it may say so.
    thread::spawn(answer);
    Ok(endpoint.serve_on(listener).await?)
}
