//! Counts the instructions of an operation with callgrind, for the rows of the table.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use anyhow::{bail, Context, Result};

use crate::harness::{Measured, MEASURED_PART};
use crate::items::waits_for_time;
use crate::rows::{ROWS, ROWS_ON_TOKIO};

/// Counts ours and the best peer of each row whose figures are there.
pub fn add(measured: &mut [Measured]) -> Result<()> {
    for index in wanted(measured) {
        let one = &measured[index];
        eprintln!("instructions of {}, {}: {}", one.case, one.size, one.name);
        measured[index].instructions = Some(count(one)?);
    }
    Ok(())
}

/// The positions of the figures to count. Rows may have the same best peer, which is counted once.
fn wanted(measured: &[Measured]) -> BTreeSet<usize> {
    let compared = ROWS.iter().chain(ROWS_ON_TOKIO).filter_map(|row| row.compare(measured));
    let of_rows: Vec<&Measured> =
        compared.flat_map(|compared| [Some(compared.ours), compared.best_peer]).flatten().collect();
    let is_wanted =
        |one: &Measured| is_countable(one) && of_rows.iter().any(|&of_row| std::ptr::eq(of_row, one));
    (0..measured.len()).filter(|&index| is_wanted(&measured[index])).collect()
}

/// Not the bytes of the heap, and not programs that wait for real time to pass.
fn is_countable(one: &Measured) -> bool {
    !one.case.starts_with("heap") && !waits_for_time(&one.case)
}

fn count(one: &Measured) -> Result<f64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
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
