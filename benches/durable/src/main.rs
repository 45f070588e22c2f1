//! Measures durable runs of two steps and a timer: how many in a second, and how long one takes.
//! The journal is in memory, in files, in SQLite, and on a server of Restate, where the handler of
//! `restate-sdk` is measured, too. Then the replay of 10,000 steps, and the size of an entry.
//!
//! `cargo run --release --manifest-path benches/durable/Cargo.toml [FOLDER]` prints a table in
//! Markdown. Journals and the server write to that folder, which is on the disk to measure. The
//! server must be there: `.ci/restate` installs it.

mod figures;
mod peer;
mod sizes;

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gen::yield_;
use gen_durable::{
    resume_all, sleep, step, Bodies, FileJournal, MemoryJournal, Records, SqliteOptions, SqliteStore,
};
use gen_restate::{Client, Endpoint};
use restate::server::{find, free_ports, Server};

use crate::figures::{measure, Row};
use crate::sizes::many_steps;

/// The milliseconds that the timer of a run takes.
const TIMERS: [u64; 2] = [0, 1];

fn main() -> gen::Result {
    let program = find().map_err(|missing| gen::Error::new(format!("{missing:?}")))?;
    let argument = env::args_os().nth(1).map(PathBuf::from);
    if argument.as_ref() == Some(&program) {
        // The process of a server begins with its guard, which is this program.
        return Ok(restate::guard::run(env::args_os().skip(1))?);
    }
    let folder = own_folder(&argument.unwrap_or_else(env::temp_dir))?;
    let mut rows = on_this_machine(&folder)?;
    let (on_restate, bytes) = on_restate(&program)?;
    rows.extend(on_restate);
    println!("{}", figures::table(&rows));
    sizes::replay(&folder)?;
    println!("An entry on Restate has {bytes:.0} bytes, without its envelope.");
    Ok(std::fs::remove_dir_all(folder)?)
}

/// Makes a folder for the journals and for the server.
fn own_folder(parent: &Path) -> gen::Result<PathBuf> {
    let folder = parent.join(format!("gen-durable-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    // The server makes its folder there.
    env::set_var("TMPDIR", &folder);
    Ok(folder)
}

/// Measures all journals that need no server.
fn on_this_machine(folder: &Path) -> gen::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for timer in TIMERS {
        rows.extend([in_memory(timer)?, in_files(folder, timer)?]);
        let options = SqliteOptions::new();
        let store = options.clone().open(folder.join(format!("safe-{timer}.db")))?;
        rows.push(in_sqlite("SQLite, synchronous", store, timer)?);
        let store = options.survive_power_cut(false).open(folder.join(format!("fast-{timer}.db")))?;
        rows.push(in_sqlite("SQLite, not for power cuts", store, timer)?);
    }
    Ok(rows)
}

/// Two steps and a timer.
#[gen::coroutine]
fn order((id, timer): (u32, u64)) -> gen::Result<u32> {
    let paid = yield_!(step("charge", move || async move { Ok(id) }))?;
    yield_!(sleep(Duration::from_millis(timer)))?;
    let sent = yield_!(step("send", move || async move { Ok(id) }))?;
    Ok(paid + sent)
}

fn in_memory(timer: u64) -> gen::Result<Row> {
    gen::run_sync(measure("memory", timer, 4_000, |id| {
        gen_durable::run(order((id, timer)), MemoryJournal::new(&Records::new()))
    }))
}

/// Each run has a file of its own.
fn in_files(folder: &Path, timer: u64) -> gen::Result<Row> {
    gen::run_sync(measure("a file for each run", timer, 400, |id| {
        let journal = FileJournal::open(folder.join(format!("order-{timer}-{id}")));
        async move { gen_durable::run(order((id, timer)), journal?).await }
    }))
}

fn in_sqlite(name: &'static str, store: SqliteStore, timer: u64) -> gen::Result<Row> {
    gen::run_sync(async {
        let runs = resume_all(&store, Bodies::new().body("order", order))?;
        measure(name, timer, 400, |id| {
            let started = runs.start("order", &id.to_string(), &(id, timer));
            async move { started.await?.result::<u32>().await }
        })
        .await
    })
}

/// Measures both libraries on one server, and the bytes of an entry there.
fn on_restate(program: &Path) -> gen::Result<(Vec<Row>, f64)> {
    let guard = env::current_exe()?;
    let server = Server::start(program, guard.to_str().unwrap_or_default(), "bench", 1, false);
    let url = |port: u16| format!("http://127.0.0.1:{port}");
    let client = Client::new(url(server.ingress())).with_admin(url(server.admin_port()));
    let [ours, peers] = free_ports();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let rows = runtime.block_on(async {
        let endpoint = Endpoint::new().workflow("Order", order).workflow("Steps", many_steps);
        let listener = gen_restate::shared_listener(([127, 0, 0, 1], ours).into())?;
        tokio::spawn(endpoint.serve_on(listener));
        tokio::spawn(peer::serve(([127, 0, 0, 1], peers).into()));
        for port in [ours, peers] {
            while client.register(&url(port)).await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        let mut rows = Vec::new();
        for timer in TIMERS {
            rows.push(on_server("Restate, `gen-restate`", "Order", &client, timer).await?);
            rows.push(on_server("Restate, `restate-sdk`", peer::NAME, &client, timer).await?);
        }
        client.start("Steps", "s", &1_000).await?;
        client.result::<u32>("Steps", "s").await?;
        Ok::<_, gen::Error>(rows)
    })?;
    Ok((rows, sizes::on_server(&server)))
}

/// Runs of a workflow on the server, from the start to the result: two requests of a client.
async fn on_server(name: &'static str, workflow: &str, client: &Client, timer: u64) -> gen::Result<Row> {
    measure(name, timer, 400, |id| {
        let (client, key, workflow) = (client.clone(), format!("{timer}-{id}"), workflow.to_owned());
        async move {
            client.start(&workflow, &key, &(id, timer)).await?;
            client.result::<u32>(&workflow, &key).await
        }
    })
    .await
}
