//! Measures runs, and makes a table of the figures.

use std::fmt::Write;
use std::future::Future;
use std::time::{Duration, Instant};

/// The numbers of runs at a time.
const WIDTHS: [u32; 2] = [1, 32];

/// The figures of one place of the journal.
pub struct Row {
    place: &'static str,
    timer: u64,
    /// One for each of the [`WIDTHS`].
    figures: Vec<Figures>,
}

struct Figures {
    runs_per_second: f64,
    /// The time of a run: the middle one, and the one that 99 % do not exceed.
    latency: [Duration; 2],
}

/// Measures `count` runs for each number at a time. Each run gets a number of its own.
pub async fn measure<F>(
    place: &'static str,
    timer: u64,
    count: u32,
    run: impl Fn(u32) -> F,
) -> gen::Result<Row>
where
    F: Future<Output = gen::Result<u32>>,
{
    let mut figures = Vec::new();
    for width in WIDTHS {
        // The first ones open connections and files.
        some(&run, 0xffff << 12 | width << 4, width.min(8), width).await?;
        let begun = Instant::now();
        // As many again for each of those at a time, up to four times the number.
        let count = count * width.min(4);
        let mut latencies = some(&run, width << 20, count, width).await?;
        let runs_per_second = f64::from(count) / begun.elapsed().as_secs_f64();
        latencies.sort();
        let at = |part: usize| latencies[(latencies.len() - 1) * part / 100];
        figures.push(Figures { runs_per_second, latency: [at(50), at(99)] });
    }
    Ok(Row { place, timer, figures })
}

/// Runs so many, `width` of them at a time: one begins when another one has ended.
async fn some<F>(run: &impl Fn(u32) -> F, first: u32, count: u32, width: u32) -> gen::Result<Vec<Duration>>
where
    F: Future<Output = gen::Result<u32>>,
{
    let lanes = (0..width.min(count)).map(|lane| async move {
        let mut latencies = Vec::new();
        for id in (first + lane..first + count).step_by(width as usize) {
            let begun = Instant::now();
            run(id).await?;
            latencies.push(begun.elapsed());
        }
        Ok::<_, gen::Error>(latencies)
    });
    Ok(gen::multi(lanes.collect::<Vec<_>>()).join().await?.concat())
}

/// The rows in Markdown.
pub fn table(rows: &[Row]) -> String {
    let mut text = String::from("| journal | timer |");
    for width in WIDTHS {
        write!(text, " {width} at a time: steps/s | a run | 99 % |").expect("a text");
    }
    text.push_str("\n|---|---|---|---|---|---|---|---|\n");
    for row in rows {
        write!(text, "| {} | {} ms |", row.place, row.timer).expect("a text");
        for Figures { runs_per_second, latency } in &row.figures {
            let [middle, slow] = latency.map(|time| time.as_secs_f64() * 1e3);
            let steps = 2.0 * runs_per_second;
            write!(text, " {steps:.0} | {middle:.3} ms | {slow:.3} ms |").expect("a text");
        }
        text.push('\n');
    }
    text
}
