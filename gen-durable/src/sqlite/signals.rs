//! The rows of signals. Any process adds them, and only the removal of their run removes them.
//!
//! The signals of a run have numbers without a gap, by which a run knows those that it has. The
//! `id` grows over all runs, by which the thread of a store finds those that are new.

use rusqlite::{params, Connection};

use super::error::{named, StoreError};
use super::rows::{checksum_of_entry, Row, MAX_RUN};
use crate::recorded::SentSignal;

/// A signal that was sent to a run.
pub(super) struct Sent {
    pub(super) run: i64,
    pub(super) number: i64,
    /// An error if it is damaged.
    pub(super) signal: gen::Result<SentSignal>,
}

/// Adds a signal, which is JSON, to those of a run.
pub(super) fn add(connection: &Connection, run: &Row, json: &str) -> gen::Result {
    let sql = "SELECT coalesce((SELECT max(number) + 1 FROM signals WHERE run = ?1), 0), \
               coalesce((SELECT signals FROM sizes WHERE run = ?1), 0)";
    let found = connection.query_row(sql, [run.id], |row| Ok((row.get(0)?, row.get(1)?)));
    let (number, size): (i64, i64) = found.map_err(named)?;
    let size = u64::try_from(size).unwrap_or(u64::MAX).saturating_add(json.len() as u64);
    if size > MAX_RUN {
        let name = run.name.text();
        return Err(StoreError::too_large(format!("the signals of the {name} have {size} bytes")));
    }
    let sql = "INSERT OR REPLACE INTO sizes (run, signals) VALUES (?, ?)";
    connection.execute(sql, params![run.id, i64::try_from(size).unwrap_or(i64::MAX)]).map_err(named)?;
    let sql = "INSERT INTO signals (run, number, crc, signal) VALUES (?, ?, ?, ?)";
    let crc = checksum_of_entry(run.id, number, json);
    connection.execute(sql, params![run.id, number, crc, json]).map_err(named)?;
    Ok(())
}

/// All signals of a run, whose numbers begin at 0 and have no gap.
pub(super) fn all(connection: &Connection, run: &Row) -> gen::Result<Vec<SentSignal>> {
    let sql = "SELECT run, number, crc, signal FROM signals WHERE run = ? ORDER BY number";
    let mut statement = connection.prepare(sql).map_err(named)?;
    let rows = statement.query_map([run.id], sent).map_err(named)?;
    let mut signals = Vec::new();
    for (expected, sent) in (0..).zip(rows) {
        let sent = sent.map_err(named)?;
        if sent.number != expected {
            return Err(StoreError::damaged(format!("signal {expected} of the {}", run.name.text())));
        }
        signals.push(sent.signal?);
    }
    Ok(signals)
}

/// The signals after that with this id, for the runs of the process of this token.
pub(super) fn after(connection: &Connection, id: i64, token: &str) -> gen::Result<Vec<Sent>> {
    let sql = "SELECT run, number, signals.crc, signal FROM signals JOIN runs ON runs.id = run \
               WHERE signals.id > ? AND lease = ? ORDER BY signals.id";
    let mut statement = connection.prepare(sql).map_err(named)?;
    let rows = statement.query_map(params![id, token], sent).map_err(named)?;
    rows.collect::<Result<_, _>>().map_err(named)
}

/// The id of the last signal of all.
pub(super) fn last(connection: &Connection) -> gen::Result<i64> {
    let sql = "SELECT coalesce(max(id), 0) FROM signals";
    connection.query_row(sql, [], |row| row.get(0)).map_err(named)
}

fn sent(row: &rusqlite::Row<'_>) -> rusqlite::Result<Sent> {
    let (run, number, crc): (i64, i64, u32) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let json: String = row.get(3)?;
    let signal = if checksum_of_entry(run, number, &json) == crc {
        serde_json::from_str(&json).map_err(|_| StoreError::LaterVersion.into())
    } else {
        Err(StoreError::damaged(format!("signal {number} of run {run}")))
    };
    Ok(Sent { run, number, signal })
}
