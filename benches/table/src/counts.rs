//! Counts the instructions of an operation with callgrind, for the rows of the table.

use std::process::{Command, Stdio};

use anyhow::{bail, Context, Result};

use crate::harness::{Measured, MEASURED_PART};
use crate::rows::{ROWS, ROWS_ON_TOKIO};

/// Counts ours and the best peer of each row whose figures are there.
pub fn add(measured: &mut [Measured]) -> Result<()> {
    let wanted: Vec<Measured> = ROWS
        .iter()
        .chain(ROWS_ON_TOKIO)
        .filter_map(|row| row.compare(measured))
        .flat_map(|compared| [Some(compared.ours), compared.best_peer])
        .flatten()
        .filter(|one| is_countable(one))
        .cloned()
        .collect();
    for one in wanted {
        eprintln!("instructions of {}, {}: {}", one.case, one.size, one.name);
        let instructions = count(&one)?;
        let is_same = |other: &&mut Measured| {
            (&other.case, other.size, &other.name) == (&one.case, one.size, &one.name)
        };
        for counted in measured.iter_mut().filter(is_same) {
            counted.instructions = Some(instructions);
        }
    }
    Ok(())
}

/// Not the bytes of the heap, and not programs that wait for real time to pass.
fn is_countable(one: &Measured) -> bool {
    !one.case.starts_with("heap") && !one.case.contains("sleeps that all fire")
}

fn count(one: &Measured) -> Result<f64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--toggle-collect={MEASURED_PART}"))
        .arg(std::env::current_exe()?)
        .args(["once", &one.case, &one.size.to_string(), &one.name])
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
