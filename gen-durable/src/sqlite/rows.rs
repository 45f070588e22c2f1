//! The rows of the file, which the transactions read and write.

use std::collections::BTreeSet;

use rusqlite::{params, Connection, OptionalExtension};

use super::calls::Callee;
use super::error::{named, StoreError};
use super::lease::Lease;
use super::schema::short;
use super::states::{self, State};
use crate::clock;
use crate::journal::Outcome;
use crate::record::{Record, MAX_JSON, MAX_NAME};

/// The JSON of all entries of a run has at most so many bytes.
pub(super) const MAX_RUN: u64 = 1 << 30;

/// The name of a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    pub(crate) body: String,
    pub(crate) key: String,
}

impl Name {
    pub(super) fn new(body: &str, key: &str) -> gen::Result<Self> {
        for (what, text) in [("a name of a body", body), ("a key", key)] {
            if text.len() > MAX_NAME {
                return Err(StoreError::too_large(format!("{what} has {} bytes", text.len())));
            }
        }
        Ok(Name { body: body.to_owned(), key: key.to_owned() })
    }

    pub(super) fn text(&self) -> String {
        format!("run `{}` of `{}`", short(&self.key), short(&self.body))
    }
}

pub(super) fn checksum(parts: &[&[u8]]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize()
}

fn checksum_of_run(name: &Name, arguments: &str) -> u32 {
    checksum(&[name.body.as_bytes(), name.key.as_bytes(), arguments.as_bytes()])
}

/// Of an entry, or of a signal.
pub(super) fn checksum_of_entry(run: i64, number: i64, json: &str) -> u32 {
    checksum(&[&run.to_le_bytes(), &number.to_le_bytes(), json.as_bytes()])
}

/// Adds a run, unless there is one of that name. Returns whether it is new. If it begins later,
/// `begins` is that time, in milliseconds since 1970.
pub(super) fn insert(
    connection: &Connection,
    name: &Name,
    arguments: &str,
    begins: Option<u64>,
) -> gen::Result<bool> {
    if arguments.len() > MAX_JSON {
        return Err(StoreError::too_large(format!("the arguments have {} bytes", arguments.len())));
    }
    let sql =
        "INSERT INTO runs (body, key, arguments, crc, begun) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
    let crc = checksum_of_run(name, arguments);
    let values = params![name.body, name.key, arguments, crc, millis_now()];
    let is_new = connection.execute(sql, values).map_err(named)? > 0;
    if let (true, Some(begins)) = (is_new, begins) {
        let sql = "INSERT OR REPLACE INTO delays (run, begins) VALUES (last_insert_rowid(), ?)";
        connection.execute(sql, [i64::try_from(begins).unwrap_or(i64::MAX)]).map_err(named)?;
    }
    Ok(is_new)
}

fn millis_now() -> i64 {
    i64::try_from(clock::millis_now()).unwrap_or(i64::MAX)
}

/// A row of `runs`, without the arguments.
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) name: Name,
    pub(super) begun: i64,
    /// When it has ended, in milliseconds since 1970, as all times here.
    pub(super) ended: Option<i64>,
    /// When it is to begin, if it is delayed and has not begun.
    pub(super) begins: Option<i64>,
    pub(super) lease: Option<String>,
    pub(super) waits: Option<String>,
    pub(super) stopped: Option<String>,
    pub(super) cancel: Option<String>,
}

const COLUMNS: &str = "id, body, key, begun, ended, lease, waits, stopped, cancel, \
                       (SELECT begins FROM delays WHERE run = id)";

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        id: row.get(0)?,
        name: Name { body: row.get(1)?, key: row.get(2)? },
        begun: row.get(3)?,
        ended: row.get(4)?,
        lease: row.get(5)?,
        waits: row.get(6)?,
        stopped: row.get(7)?,
        cancel: row.get(8)?,
        begins: row.get(9)?,
    })
}

pub(super) fn find(connection: &Connection, name: &Name) -> gen::Result<Option<Row>> {
    let sql = format!("SELECT {COLUMNS} FROM runs WHERE body = ? AND key = ?");
    connection.query_row(&sql, params![name.body, name.key], row).optional().map_err(named)
}

/// The run of that name.
///
/// # Errors
///
/// [`StoreError::NoRun`].
pub(super) fn get(connection: &Connection, name: &Name) -> gen::Result<Row> {
    find(connection, name)?.ok_or_else(|| StoreError::NoRun.into())
}

/// All runs, or those that have not ended, in the order in which they were begun.
pub(super) fn all(connection: &Connection, with_ended: bool) -> gen::Result<Vec<Row>> {
    let filter = if with_ended { "" } else { "WHERE ended IS NULL" };
    let sql = format!("SELECT {COLUMNS} FROM runs {filter} ORDER BY id");
    let mut statement = connection.prepare(&sql).map_err(named)?;
    let rows = statement.query_map([], row).map_err(named)?;
    rows.collect::<Result<_, _>>().map_err(named)
}

/// The arguments of a run, whose checksum also covers its name.
pub(super) fn arguments(connection: &Connection, run: &Row) -> gen::Result<String> {
    let sql = "SELECT arguments, crc FROM runs WHERE id = ?";
    let found = connection.query_row(sql, [run.id], |row| Ok((row.get(0)?, row.get(1)?)));
    let (arguments, crc): (String, u32) = found.map_err(named)?;
    if checksum_of_run(&run.name, &arguments) != crc {
        return Err(StoreError::damaged(format!("the arguments of the {}", run.name.text())));
    }
    Ok(arguments)
}

/// The entries of a run, which begin at 0 and have no gap, and the number of their bytes.
pub(super) fn entries(connection: &Connection, run: &Row) -> gen::Result<(Vec<Record>, u64)> {
    let sql = "SELECT coalesce(sum(octet_length(record)), 0) FROM entries WHERE run = ?";
    let size: i64 = connection.query_row(sql, [run.id], |row| row.get(0)).map_err(named)?;
    let size = u64::try_from(size).unwrap_or(u64::MAX);
    if size > MAX_RUN {
        return Err(StoreError::too_large(format!("the {} has {size} bytes", run.name.text())));
    }
    let sql = "SELECT number, crc, record FROM entries WHERE run = ? ORDER BY number";
    let mut statement = connection.prepare(sql).map_err(named)?;
    let mut rows = statement.query([run.id]).map_err(named)?;
    let mut records = Vec::new();
    while let Some(row) = rows.next().map_err(named)? {
        records.push(entry(run, row, Some(records.len()))?);
    }
    if run.ended.is_some() != matches!(records.last(), Some(Record::Ended(_))) {
        return Err(StoreError::damaged(format!("the last entries of the {}", run.name.text())));
    }
    Ok((records, size))
}

fn entry(run: &Row, row: &rusqlite::Row<'_>, expected: Option<usize>) -> gen::Result<Record> {
    let (number, crc): (i64, u32) = (row.get(0).map_err(named)?, row.get(1).map_err(named)?);
    let json: String = row.get(2).map_err(named)?;
    let damaged = || StoreError::damaged(format!("entry {number} of the {}", run.name.text()));
    if expected.is_some_and(|expected| i64::try_from(expected) != Ok(number))
        || checksum_of_entry(run.id, number, &json) != crc
    {
        return Err(damaged());
    }
    serde_json::from_str(&json).map_err(|_| StoreError::LaterVersion.into())
}

/// The end of a run that has ended.
pub(super) fn outcome(connection: &Connection, run: &Row) -> gen::Result<Outcome> {
    let sql = "SELECT number, crc, record FROM entries WHERE run = ? ORDER BY number DESC LIMIT 1";
    let mut statement = connection.prepare(sql).map_err(named)?;
    let mut rows = statement.query([run.id]).map_err(named)?;
    let last = rows.next().map_err(named)?;
    match last.map(|row| entry(run, row, None)).transpose()? {
        Some(Record::Ended(outcome)) => Ok(outcome),
        _ => Err(StoreError::damaged(format!("the end of the {}", run.name.text()))),
    }
}

/// Takes the run for the process of this token. A delay is over.
pub(super) fn lease(connection: &Connection, run: &Row, token: &str) -> gen::Result {
    let sql = "UPDATE runs SET lease = ?, stopped = NULL WHERE id = ?";
    connection.execute(sql, params![token, run.id]).map_err(named)?;
    if run.begins.is_some() {
        connection.execute("DELETE FROM delays WHERE run = ?", [run.id]).map_err(named)?;
    }
    Ok(())
}

/// Gives the run back.
pub(super) fn release(connection: &Connection, run: i64, token: &str) -> gen::Result {
    let sql = "UPDATE runs SET lease = NULL WHERE id = ? AND lease = ?";
    connection.execute(sql, params![run, token]).map_err(named)?;
    Ok(())
}

/// The runs that have the lease of this token.
pub(super) fn leased(connection: &Connection, token: &str) -> gen::Result<Vec<i64>> {
    ids(connection, "SELECT id FROM runs WHERE lease = ?", token)
}

/// The runs that have the lease of this token and have not ended.
pub(super) fn in_progress(connection: &Connection, token: &str) -> gen::Result<BTreeSet<i64>> {
    ids(connection, "SELECT id FROM runs WHERE ended IS NULL AND lease = ?", token)
}

fn ids<C: FromIterator<i64>>(connection: &Connection, sql: &str, token: &str) -> gen::Result<C> {
    let mut statement = connection.prepare(sql).map_err(named)?;
    let rows = statement.query_map([token], |row| row.get(0)).map_err(named)?;
    rows.collect::<Result<_, _>>().map_err(named)
}

/// Ends a run that is delayed, and so has no entries, with this entry.
pub(super) fn end_before_begin(connection: &Connection, run: i64, end: &str) -> gen::Result {
    let sql = "INSERT INTO entries (run, number, crc, record) VALUES (?, 0, ?, ?)";
    connection.execute(sql, params![run, checksum_of_entry(run, 0, end), end]).map_err(named)?;
    connection.execute("DELETE FROM delays WHERE run = ?", [run]).map_err(named)?;
    connection
        .execute("UPDATE runs SET ended = ? WHERE id = ?", params![millis_now(), run])
        .map_err(named)?;
    Ok(())
}

/// Notes why the run cannot go on, unless it does so elsewhere.
pub(super) fn stop(connection: &Connection, run: i64, why: &str) -> gen::Result {
    let sql = "UPDATE runs SET stopped = ? WHERE id = ? AND lease IS NULL AND ended IS NULL";
    connection.execute(sql, params![why, run]).map_err(named)?;
    Ok(())
}

pub(super) fn ask_to_cancel(connection: &Connection, run: i64, reason: &str) -> gen::Result {
    connection.execute("UPDATE runs SET cancel = ? WHERE id = ?", params![reason, run]).map_err(named)?;
    Ok(())
}

/// Whether the run has recorded a cancellation.
pub(super) fn was_cancelled(connection: &Connection, run: i64) -> gen::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM entries WHERE run = ? AND record LIKE '{\"cancelled\":%')";
    connection.query_row(sql, [run], |row| row.get(0)).map_err(named)
}

/// The runs of this process for which a cancellation was asked.
pub(super) fn cancellations(connection: &Connection, token: &str) -> gen::Result<Vec<(i64, String)>> {
    let sql = "SELECT id, cancel FROM runs WHERE ended IS NULL AND lease = ? AND cancel IS NOT NULL";
    let mut statement = connection.prepare(sql).map_err(named)?;
    let rows = statement.query_map([token], |row| Ok((row.get(0)?, row.get(1)?))).map_err(named)?;
    rows.collect::<Result<_, _>>().map_err(named)
}

/// New entries of a run, and what belongs to them.
#[derive(Debug, Default, Clone)]
pub(super) struct Changes {
    /// As JSON.
    pub(super) records: Vec<String>,
    /// The runs that it begins.
    pub(super) callees: Vec<Callee>,
    /// The states that it sets.
    pub(super) states: Vec<State>,
    /// The commands for which it waits, as JSON.
    pub(super) waits: Option<String>,
    pub(super) is_cancelled: bool,
    pub(super) is_ended: bool,
    /// The run waits for them to be on the disk.
    pub(super) must_be_safe: bool,
}

impl Changes {
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty() && self.waits.is_none()
    }
}

/// Writes the changes after the first `from` entries of the run, if it still is the process's.
pub(super) fn write(
    connection: &Connection,
    run: i64,
    token: &str,
    from: i64,
    changes: &Changes,
) -> gen::Result {
    let sql = "SELECT (SELECT coalesce(max(number) + 1, 0) FROM entries WHERE run = runs.id) \
               FROM runs WHERE id = ? AND lease = ? AND ended IS NULL";
    let number: Option<i64> =
        connection.query_row(sql, params![run, token], |row| row.get(0)).optional().map_err(named)?;
    if number != Some(from) {
        return Err(StoreError::LeaseLost.into());
    }
    let sql = "INSERT INTO entries (run, number, crc, record) VALUES (?, ?, ?, ?)";
    let mut statement = connection.prepare(sql).map_err(named)?;
    for (number, json) in (from..).zip(&changes.records) {
        let crc = checksum_of_entry(run, number, json);
        statement.execute(params![run, number, crc, json]).map_err(named)?;
    }
    for Callee { name, arguments, begins } in &changes.callees {
        insert(connection, name, arguments, *begins)?;
    }
    for state in &changes.states {
        states::set(connection, run, state)?;
    }
    if changes.waits.is_some() || changes.is_cancelled || changes.is_ended {
        let sql = "UPDATE runs SET waits = CASE WHEN ?2 THEN NULL ELSE coalesce(?3, waits) END, \
                   cancel = CASE WHEN ?4 THEN NULL ELSE cancel END, \
                   ended = CASE WHEN ?2 THEN ?5 ELSE ended END WHERE id = ?1";
        let ended = changes.is_ended;
        let values = params![run, ended, changes.waits, changes.is_cancelled || ended, millis_now()];
        connection.execute(sql, values).map_err(named)?;
    }
    Ok(())
}

/// Removes a run with all that belongs to it.
pub(super) fn remove(connection: &Connection, run: i64) -> gen::Result {
    for table in ["entries", "signals", "sizes", "states", "delays"] {
        connection.execute(&format!("DELETE FROM {table} WHERE run = ?"), [run]).map_err(named)?;
    }
    connection.execute("DELETE FROM runs WHERE id = ?", [run]).map_err(named)?;
    Ok(())
}

/// The token in the row, if it can be one.
pub(super) fn token(run: &Row) -> gen::Result<Option<&str>> {
    match run.lease.as_deref() {
        Some(token) if !Lease::is_token(token) => {
            Err(StoreError::damaged(format!("the lease of the {}", run.name.text())))
        }
        token => Ok(token),
    }
}
