//! `Books`: the books of the bank and of the warehouse, in a file of SQLite beside the store.
//!
//! They are the outside of the orders, and no part of gen-durable. Entries are added only, which
//! triggers of SQLite see to, and the tables have no unique key: a request that is done twice
//! leaves two entries, which the audit finds.
//!
//! | a request | adds an entry, unless | the entry |
//! |---|---|---|
//! | charge | its key is known; the order was refunded: refused | the amount |
//! | refund | its key is known | minus the amount that was charged, or 0 |
//! | pick | its key is known; it was put back, or the warehouse has none: refused | 1 |
//! | put back | its key is known | minus the number that was picked: 1 or 0 |
//! | ship | its key is known | 1 |
//! | find | always | |

use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use gen_durable::StepFailed;
use rusqlite::{params, Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior};

use crate::request::Request;

/// The item that the warehouse does not have.
const NOT_IN_STOCK: &str = "gold";

/// How often the file is tried again that is locked.
const TRIES: u32 = 500;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS entries (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL, client TEXT NOT NULL, kind TEXT NOT NULL,
        line INTEGER, amount INTEGER NOT NULL, answer TEXT NOT NULL, process INTEGER NOT NULL);
    CREATE INDEX IF NOT EXISTS entries_by_key ON entries (key);
    CREATE INDEX IF NOT EXISTS entries_by_client ON entries (client);
    CREATE TABLE IF NOT EXISTS requests (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL, process INTEGER NOT NULL);
    CREATE TRIGGER IF NOT EXISTS entries_stay BEFORE DELETE ON entries
        BEGIN SELECT RAISE(ABORT, 'entries of the books stay'); END;
    CREATE TRIGGER IF NOT EXISTS entries_do_not_change BEFORE UPDATE ON entries
        BEGIN SELECT RAISE(ABORT, 'entries of the books do not change'); END;";

/// The books.
pub struct Books {
    connection: Mutex<Connection>,
    knows_keys: bool,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The text, which is the same whenever the request comes again.
    pub text: String,
    /// Whether the request has come before.
    pub was_known: bool,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The order.
    pub order: String,
    /// The kind of the request.
    pub kind: Kind,
    /// The line of the order, if it is about one.
    pub line: Option<usize>,
    /// Cents, items or parcels.
    pub amount: i64,
}

/// The kinds of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Money of the customer, and the way back.
    Money,
    /// Items from the shelves, and the way back.
    Items,
    /// Parcels.
    Parcels,
}

impl Books {
    /// Opens the books, and makes them if they are not there.
    ///
    /// # Errors
    ///
    /// Those of SQLite.
    pub fn open(path: &Path) -> gen::Result<Self> {
        let mut tries = 0;
        loop {
            match Books::of(Connection::open(path)?) {
                // SQLite does not wait where several processes make the file at once.
                Err(error) if is_busy(&error) && tries < TRIES => tries += 1,
                opened => return opened,
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Books that are gone with the process.
    ///
    /// # Errors
    ///
    /// Those of SQLite.
    pub fn in_memory() -> gen::Result<Self> {
        Books::of(Connection::open_in_memory()?)
    }

    fn of(connection: Connection) -> gen::Result<Self> {
        connection.busy_timeout(Duration::from_secs(30))?;
        connection.execute_batch(SCHEMA)?;
        Ok(Books { connection: Mutex::new(connection), knows_keys: true })
    }

    /// Books of a bank and a warehouse that do not look at keys, so they do everything that they
    /// are asked for. The audit finds it.
    #[must_use]
    pub fn without_keys(self) -> Self {
        Books { knows_keys: false, ..self }
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what a request of an order asks for, unless it was done before.
    ///
    /// # Errors
    ///
    /// A request that is refused, which is permanent, and the errors of SQLite.
    pub fn answer(&self, order: &str, request: &Request) -> gen::Result<Answer> {
        let key = request.key(order);
        let mut connection = self.lock();
        let page = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let process = std::process::id();
        page.execute("INSERT INTO requests (key, process) VALUES (?, ?)", params![key, process])?;
        let known = if self.knows_keys { known(&page, &key)? } else { None };
        let (text, was_known) = match known {
            Some(text) => (text, true),
            None => (add(&page, order, request, &key)?, false),
        };
        page.commit()?;
        Ok(Answer { text, was_known })
    }

    /// All entries, in their order.
    ///
    /// # Errors
    ///
    /// Those of SQLite.
    pub fn entries(&self) -> gen::Result<Vec<Entry>> {
        let connection = self.lock();
        let mut statement =
            connection.prepare("SELECT client, kind, line, amount FROM entries ORDER BY id")?;
        let entries = statement.query_map([], |row| {
            let kind = match row.get::<_, String>(1)?.as_str() {
                "money" => Kind::Money,
                "items" => Kind::Items,
                _ => Kind::Parcels,
            };
            let line: Option<u32> = row.get(2)?;
            let line = line.map(|line| line as usize);
            Ok(Entry { order: row.get(0)?, kind, line, amount: row.get(3)? })
        })?;
        Ok(entries.collect::<Result<_, _>>()?)
    }

    /// The number of requests that have come more than once.
    ///
    /// # Errors
    ///
    /// Those of SQLite.
    pub fn repeated(&self) -> gen::Result<u32> {
        let sql = "SELECT count(*) - count(DISTINCT key) FROM requests";
        Ok(self.lock().query_row(sql, [], |row| row.get(0))?)
    }
}

fn is_busy(error: &gen::Error) -> bool {
    let code = error.downcast_ref().and_then(rusqlite::Error::sqlite_error_code);
    matches!(code, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

fn known(page: &Transaction<'_>, key: &str) -> gen::Result<Option<String>> {
    let sql = "SELECT answer FROM entries WHERE key = ?";
    Ok(page.query_row(sql, [key], |row| row.get(0)).optional()?)
}

fn add(page: &Transaction<'_>, order: &str, request: &Request, key: &str) -> gen::Result<String> {
    let line = request.line().map(u32::try_from).transpose()?;
    let (kind, amount, answer) = match request {
        Request::Find { item, .. } => return Ok(format!("shelf {}", item.len())),
        Request::Charge { cents } => {
            refuse_if_undone(page, order, line, "money")?;
            ("money", *cents, format!("receipt {}", next(page)?))
        }
        Request::Refund => {
            let charged = sum(page, order, line, "money")?;
            ("money", -charged, format!("{} paid back", crate::request::euros(charged)))
        }
        Request::Pick { item, .. } => {
            if item == NOT_IN_STOCK {
                return Err(StepFailed::new(format!("there is no {item}"))
                    .with_code(404)
                    .into_permanent()
                    .into());
            }
            refuse_if_undone(page, order, line, "items")?;
            ("items", 1, "picked".to_owned())
        }
        Request::PutBack { .. } => ("items", -sum(page, order, line, "items")?, "put back".to_owned()),
        Request::Ship => ("parcels", 1, format!("parcel {}", next(page)?)),
    };
    let sql = "INSERT INTO entries (key, client, kind, line, amount, answer, process) \
               VALUES (?, ?, ?, ?, ?, ?, ?)";
    page.execute(sql, params![key, order, kind, line, amount, answer, std::process::id()])?;
    Ok(answer)
}

/// Once an order is undone, a request that was on its way for long does nothing more.
fn refuse_if_undone(page: &Transaction<'_>, order: &str, line: Option<u32>, kind: &str) -> gen::Result {
    let sql = "SELECT count(*) FROM entries WHERE client = ? AND line IS ? AND kind = ? AND amount <= 0";
    let undone: i64 = page.query_row(sql, params![order, line, kind], |row| row.get(0))?;
    if undone > 0 {
        return Err(StepFailed::new("the order was undone").with_code(410).into_permanent().into());
    }
    Ok(())
}

fn sum(page: &Transaction<'_>, order: &str, line: Option<u32>, kind: &str) -> gen::Result<i64> {
    let sql = "SELECT coalesce(sum(amount), 0) FROM entries WHERE client = ? AND line IS ? AND kind = ?";
    Ok(page.query_row(sql, params![order, line, kind], |row| row.get(0))?)
}

fn next(page: &Transaction<'_>) -> gen::Result<i64> {
    Ok(page.query_row("SELECT coalesce(max(id), 0) + 1 FROM entries", [], |row| row.get(0))?)
}

impl fmt::Debug for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Books").finish_non_exhaustive()
    }
}
