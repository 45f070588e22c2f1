//! The rows of states, which a run shows to others while it goes on.
//!
//! The entries of the run say the same, and are written in the same transaction. The run itself
//! reads its entries.

use rusqlite::{params, Connection, OptionalExtension};
use serde::de::DeserializeOwned;

use super::error::{named, StoreError};
use super::rows::{checksum, Row};
use crate::step::value_of;

/// A state that a run has set, as JSON.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) name: String,
    pub(super) value: String,
}

fn checksum_of_state(run: i64, name: &str, value: &str) -> u32 {
    checksum(&[&run.to_le_bytes(), name.as_bytes(), value.as_bytes()])
}

/// Sets a state of a run. `null` removes it.
pub(super) fn set(connection: &Connection, run: i64, state: &State) -> gen::Result {
    let State { name, value } = state;
    if value == "null" {
        let sql = "DELETE FROM states WHERE run = ? AND name = ?";
        connection.execute(sql, params![run, name]).map_err(named)?;
    } else {
        let sql = "INSERT OR REPLACE INTO states (run, name, crc, value) VALUES (?, ?, ?, ?)";
        let crc = checksum_of_state(run, name, value);
        connection.execute(sql, params![run, name, crc, value]).map_err(named)?;
    }
    Ok(())
}

/// The state of this name, as JSON.
pub(super) fn get(connection: &Connection, run: &Row, name: &str) -> gen::Result<Option<String>> {
    let sql = "SELECT name, crc, value FROM states WHERE run = ? AND name = ?";
    let found = connection.query_row(sql, params![run.id, name], read).optional().map_err(named)?;
    found.map(|found| checked(run, found)).transpose()
}

/// Looks for damage in the states of a run.
pub(super) fn check(connection: &Connection, run: &Row) -> gen::Result {
    let sql = "SELECT name, crc, value FROM states WHERE run = ?";
    let mut statement = connection.prepare(sql).map_err(named)?;
    for found in statement.query_map([run.id], read).map_err(named)? {
        checked(run, found.map_err(named)?)?;
    }
    Ok(())
}

/// The value of a state. `None` if there is none.
pub(super) fn decoded<T: DeserializeOwned>(json: Option<String>) -> gen::Result<Option<T>> {
    let complaint = || "the state has another type".to_owned();
    Ok(json.map(|json| value_of(&json, complaint)).transpose()?)
}

type Found = (String, u32, String);

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Found> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

fn checked(run: &Row, (name, crc, value): Found) -> gen::Result<String> {
    if checksum_of_state(run.id, &name, &value) == crc {
        Ok(value)
    } else {
        Err(StoreError::damaged(format!("a state of the {}", run.name.text())))
    }
}
