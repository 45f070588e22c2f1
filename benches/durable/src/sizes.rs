//! The replay of a long journal, and the sizes of its entries.

use std::path::Path;
use std::time::{Duration, Instant};

use gen::yield_;
use gen_durable::{step, MemoryJournal, Records, SqliteOptions};
use restate::server::Server;

/// The steps of a run whose replay is measured.
const STEPS: u32 = 10_000;

/// Takes so many steps, each after the other.
#[gen::coroutine]
pub fn many_steps(count: u32) -> gen::Result<u32> {
    let mut sum = 0;
    for n in 0..count {
        sum += yield_!(step("count", move || async move { Ok(n % 10) }))?;
    }
    Ok(sum)
}

/// Prints the time of a replay of a long run, and the size of an entry in SQLite.
pub fn replay(folder: &Path) -> gen::Result {
    let records = Records::new();
    let run = || gen::run_sync(gen_durable::run(many_steps(STEPS), MemoryJournal::new(&records)));
    println!("A replay of {STEPS} steps from memory takes {:.1} ms.", fastest_replay(run)?);
    let path = folder.join("steps.db");
    // The replay is measured, and not the disk.
    let open = || SqliteOptions::new().survive_power_cut(false).open(&path);
    let run = || gen::run_sync(gen_durable::run(many_steps(STEPS), open()?.journal("steps", "1")?));
    println!("From SQLite it takes {:.1} ms.", fastest_replay(run)?);
    let size = std::fs::metadata(&path)?.len();
    println!("An entry in SQLite has {} bytes.", size / u64::from(2 * STEPS + 1));
    Ok(())
}

/// The milliseconds of the fastest of some replays. The first run, which records, is not measured.
fn fastest_replay(run: impl Fn() -> gen::Result<u32>) -> gen::Result<f64> {
    run()?;
    let timed = |_| {
        let begun = Instant::now();
        run().map(|_| begun.elapsed())
    };
    let times = (0..5).map(timed).collect::<gen::Result<Vec<Duration>>>()?;
    Ok(times.into_iter().min().unwrap_or_default().as_secs_f64() * 1e3)
}

/// The bytes of an entry on a server that has run [`many_steps`].
pub fn on_server(server: &Server) -> f64 {
    let rows = server.query(
        "SELECT SUM(j.raw_length) AS bytes, COUNT(*) AS entries \
         FROM sys_journal j JOIN sys_invocation i ON j.id = i.id \
         WHERE i.target_service_name = 'Steps'",
    );
    let number = |name: &str| rows[0][name].as_f64().unwrap_or_default();
    number("bytes") / number("entries")
}
