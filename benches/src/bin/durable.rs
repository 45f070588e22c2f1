//! Measures durable runs of two steps and a timer: how many in a second, and how long one takes,
//! with the journal in memory, in a file and in SQLite. Then the replay of a journal of 10,000
//! events, and the size of an entry. `cargo run --release -p gen-benches --bin durable [FOLDER]`,
//! where the folder is on the disk to measure.
//!
//! A part that is about computing, and not about the disk, is measured in `/dev/shm`.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use gen::yield_;
use gen_durable::{
    resume_all, sleep, step, Bodies, FileJournal, MemoryJournal, Records, SqliteOptions, SqliteStore,
};

#[gen::coroutine]
fn order(id: u32) -> gen::Result<u32> {
    let paid = yield_!(step("charge", move || async move { Ok(id) }))?;
    yield_!(sleep(Duration::from_millis(1)))?;
    let sent = yield_!(step("send", move || async move { Ok(id) }))?;
    Ok(paid + sent)
}

#[gen::coroutine]
fn many_steps(count: u32) -> gen::Result<u32> {
    let mut sum = 0;
    for n in 0..count {
        sum += yield_!(step("count", move || async move { Ok(n % 10) }))?;
    }
    Ok(sum)
}

/// Runs `count` orders, `width` at a time, and prints how long they take.
async fn measure<F>(place: &str, count: u32, width: u32, run: impl Fn(u32) -> F) -> gen::Result
where
    F: std::future::Future<Output = gen::Result<u32>>,
{
    let begun = Instant::now();
    let mut latencies = Vec::new();
    for first in (0..count).step_by(width as usize) {
        let timed = |id| {
            let run = run(id);
            async move {
                let begun = Instant::now();
                run.await?;
                Ok::<_, gen::Error>(begun.elapsed())
            }
        };
        latencies.extend(gen::multi((first..first + width).map(timed).collect::<Vec<_>>()).join().await?);
    }
    let seconds = begun.elapsed().as_secs_f64();
    latencies.sort();
    let millis = |part: f64| latencies[((latencies.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    println!(
        "{place:<28} {width:>4} at a time: {:>8.0} runs/s, {:>8.0} steps/s; a run {:>7.2} ms (99 %: {:>7.2})",
        f64::from(count) / seconds,
        2.0 * f64::from(count) / seconds,
        millis(0.5),
        millis(0.99),
    );
    Ok(())
}

/// Ticks beside the runs, and prints the longest time for which the loop was stopped.
async fn with_ticks<T>(
    place: &str,
    runs: impl std::future::Future<Output = gen::Result<T>>,
) -> gen::Result<T> {
    let (is_over, longest) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(Duration::ZERO)));
    let (over, max) = (Rc::clone(&is_over), Rc::clone(&longest));
    let ticks = gen::spawn_local(async move {
        while !over.get() {
            let begun = Instant::now();
            gen::sleep(Duration::from_millis(1)).await?;
            max.set(max.get().max(begun.elapsed()));
        }
        Ok::<(), gen::Error>(())
    });
    let result = runs.await;
    is_over.set(true);
    ticks.await?;
    println!(
        "{place:<28} another task was late by {:.1} ms at most",
        longest.get().as_secs_f64() * 1e3 - 1.0
    );
    result
}

async fn in_store(name: &str, store: SqliteStore, base: u32, count: u32, width: u32) -> gen::Result {
    let runs = resume_all(&store, Bodies::new().body("order", order))?;
    measure(name, count, width, |id| {
        let started = runs.start("order", &(base + id).to_string(), &id);
        async move { started.await?.result::<u32>().await }
    })
    .await
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |data| data.len())
}

fn replay(place: &str, run: impl Fn() -> gen::Result<u32>) -> gen::Result {
    run()?;
    let times = (0..5).map(|_| {
        let begun = Instant::now();
        run().map(|_| begun.elapsed())
    });
    let fastest = times.collect::<gen::Result<Vec<_>>>()?.into_iter().min().unwrap_or_default();
    println!("{place:<28} replays 10,000 steps in {:.1} ms", fastest.as_secs_f64() * 1e3);
    Ok(())
}

fn main() -> gen::Result {
    let disk = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = |parent: &Path| {
        let folder = parent.join(format!("gen-durable-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map(|()| folder)
    };
    let (disk, memory) = (folder(&disk)?, folder(Path::new("/dev/shm"))?);

    for (count, width) in [(200, 1), (640, 32)] {
        gen::run_sync(async {
            let in_memory = |id| gen_durable::run(order(id), MemoryJournal::new(&Records::new()));
            with_ticks("memory", measure("memory", 10 * count, width, in_memory)).await?;
            let path = disk.join(format!("{width}"));
            let in_files = |id: u32| {
                let journal = FileJournal::open(path.with_extension(id.to_string()));
                async move { gen_durable::run(order(id), journal?).await }
            };
            with_ticks("files", measure("files", count, width, in_files)).await?;
            let store = SqliteStore::open(disk.join("orders.db"))?;
            with_ticks("SQLite", in_store("SQLite", store, width << 20, count, width)).await?;
            let options = SqliteOptions::new().survive_power_cut(false);
            let store = options.open(disk.join("unsafe.db"))?;
            let name = "SQLite, not for power cuts";
            with_ticks(name, in_store(name, store, width << 20, 10 * count, width)).await
        })?;
    }
    let store = SqliteStore::open(disk.join("wide.db"))?;
    gen::run_sync(with_ticks("SQLite", in_store("SQLite", store, 0, 4000, 1000)))?;

    let records = Records::new();
    replay("memory", || gen::run_sync(gen_durable::run(many_steps(10_000), MemoryJournal::new(&records))))?;
    let path = memory.join("journal");
    replay("file", || gen::run_sync(gen_durable::run(many_steps(10_000), FileJournal::open(&path)?)))?;
    println!("{:<28} {} bytes for an entry", "file", size(&path) / 20_001);
    let path = memory.join("orders.db");
    let open = || SqliteStore::open(&path);
    replay("SQLite", || gen::run_sync(gen_durable::run(many_steps(10_000), open()?.journal("many", "1")?)))?;
    println!("{:<28} {} bytes for an entry", "SQLite", size(&path) / 20_001);

    std::fs::remove_dir_all(disk)?;
    std::fs::remove_dir_all(memory)?;
    Ok(())
}
