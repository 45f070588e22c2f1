//! Counts the instructions of an operation with callgrind: of the rows of the table, and by
//! function.

mod profile;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{bail, ensure, Context, Result};

use crate::harness::{Measured, MEASURED_PART};
use crate::items::{has_threads, waits_for_time};
use crate::rows::{figure, ROWS, ROWS_EVERYDAY, ROWS_ON_TOKIO};

/// A function with a smaller share of the instructions is not printed.
const LEAST_SHARE: f64 = 0.01;

/// Counts ours, the best peer and the limit of each row whose figures are there.
pub fn add(measured: &mut [Measured]) -> Result<()> {
    for index in wanted(measured) {
        let one = &measured[index];
        eprintln!("instructions of {}, {}: {}", one.case, one.size, one.name);
        measured[index].instructions = Some(count(one, Path::new("/dev/null"))?);
    }
    Ok(())
}

/// Prints the instructions of each figure by function. Fails if there is nothing to count.
pub fn print_parts(measured: &[Measured]) -> Result<()> {
    let countable: Vec<&Measured> = measured.iter().filter(|one| is_countable(one)).collect();
    ensure!(
        !countable.is_empty(),
        "no case that fits has entries of this size whose instructions can be counted"
    );
    let file = std::env::temp_dir().join(format!("callgrind.{}", std::process::id()));
    for one in countable {
        let counted = count(one, &file)?;
        println!("{}, {}, {}: {}", one.case, one.size, one.name, figure(counted));
        let profile = fs::read_to_string(&file).context("callgrind has written no profile")?;
        let parts = profile::by_function(&profile);
        let all: u64 = parts.iter().map(|(_, instructions)| instructions).sum();
        for (function, instructions) in parts {
            let share = instructions as f64 / all as f64;
            if share >= LEAST_SHARE {
                println!("{:>9} {function}", figure(share * counted));
            }
        }
    }
    fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))
}

/// The positions of the figures to count. Rows may have the same best peer, which is counted once.
fn wanted(measured: &[Measured]) -> BTreeSet<usize> {
    let compared =
        ROWS.iter().chain(ROWS_ON_TOKIO).chain(ROWS_EVERYDAY).filter_map(|row| row.compare(measured));
    let of_rows: Vec<&Measured> = compared
        .flat_map(|compared| [Some(compared.ours), compared.best_peer, compared.limit])
        .flatten()
        .collect();
    let is_wanted =
        |one: &Measured| is_countable(one) && of_rows.iter().any(|&of_row| std::ptr::eq(of_row, one));
    (0..measured.len()).filter(|&index| is_wanted(&measured[index])).collect()
}

/// Not the bytes of the heap, and not programs that wait for real time to pass or have threads.
fn is_countable(one: &Measured) -> bool {
    !one.case.starts_with("heap") && !waits_for_time(&one.case) && !has_threads(&one.case)
}

/// Counts the instructions of an operation. callgrind writes its profile to `profile`.
fn count(one: &Measured, profile: &Path) -> Result<f64> {
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(format!("--toggle-collect={MEASURED_PART}"))
        .arg(std::env::current_exe()?)
        .args(["once", &one.item, &one.case, &one.size.to_string(), &one.name])
        .stdin(Stdio::null())
        .output()
        .context("cannot run valgrind")?;
    let report = String::from_utf8_lossy(&output.stderr);
    let collected =
        report.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse::<f64>().ok());
    let operations = String::from_utf8_lossy(&output.stdout).trim().parse::<f64>().ok();
    match (collected, operations) {
        (Some(collected), Some(operations)) => Ok(collected / operations),
        _ => bail!("cannot count {}, {}:\n{report}", one.case, one.name),
    }
}
