//! The bank's server: accounts, and transactions over TCP. Each request is a line, and so is each
//! answer.
//!
//! | request | answer | effect |
//! |---|---|---|
//! | `BEGIN` | `OK` | begins a transaction; an open one is committed first, as in MySQL |
//! | `ADD account amount` | `OK` | changes an account when the transaction is committed |
//! | `COMMIT` | `OK` | commits the transaction |
//! | `ROLLBACK` | `OK` | drops the changes of the transaction |
//! | `OPEN?` | `OK yes`, `OK no` | none; says whether a transaction is open |
//! | anything else | `ERROR why` | none |
//!
//! Each connection has a thread, which ends with it. Then the server drops the changes that were
//! not committed.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::connection::Answer;

/// The money of all customers together when the bank opens.
pub(crate) const DEPOSITS: i64 = 400;

/// The money of each customer.
pub(crate) struct Accounts {
    balances: Mutex<BTreeMap<String, i64>>,
}

/// A bank that can be reached.
pub(crate) struct Bank {
    address: SocketAddr,
    accounts: Arc<Accounts>,
}

impl Bank {
    /// Opens the bank on a free port of this machine.
    pub(crate) fn open() -> io::Result<Bank> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let bank = Bank { address: listener.local_addr()?, accounts: Accounts::new() };
        let accounts = bank.accounts.clone();
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let session = Session::new(accounts.clone());
                thread::spawn(move || serve(&connection, session));
            }
        });
        Ok(bank)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn accounts(&self) -> &Accounts {
        &self.accounts
    }
}

/// Answers the requests of one connection until it is closed.
fn serve(connection: &TcpStream, mut session: Session) -> io::Result<()> {
    for request in BufReader::new(connection).lines() {
        let answer = match session.answer(&request?) {
            Ok(answer) => format!("OK {answer}\n"),
            Err(why) => format!("ERROR {why}\n"),
        };
        let mut writer = connection;
        writer.write_all(answer.as_bytes())?;
    }
    Ok(())
}

impl Accounts {
    /// Four customers, who have 100 each.
    pub(crate) fn new() -> Arc<Accounts> {
        let customers = ["alice", "bob", "carol", "dave"];
        let balances = customers.map(|name| (name.to_owned(), DEPOSITS / 4)).into_iter().collect();
        Arc::new(Accounts { balances: Mutex::new(balances) })
    }

    /// The money of all customers together.
    pub(crate) fn total(&self) -> i64 {
        self.lock().values().sum()
    }

    fn commit(&self, changes: Changes) {
        let mut balances = self.lock();
        for (account, amount) in changes {
            *balances.entry(account).or_default() += amount;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, i64>> {
        // No code that holds this lock can panic half-way.
        self.balances.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The changes of a transaction, in order.
type Changes = Vec<(String, i64)>;

/// The bank's side of a connection.
pub(crate) struct Session {
    accounts: Arc<Accounts>,
    /// The transaction, if one is open.
    open: Option<Changes>,
}

impl Session {
    pub(crate) fn new(accounts: Arc<Accounts>) -> Session {
        Session { accounts, open: None }
    }

    pub(crate) fn answer(&mut self, request: &str) -> Answer {
        match request.split(' ').collect::<Vec<_>>()[..] {
            ["BEGIN"] => {
                let left_open = self.open.replace(Changes::new());
                self.accounts.commit(left_open.unwrap_or_default());
            }
            ["ADD", account, amount] => {
                let changes = self.open.as_mut().ok_or("no transaction is open")?;
                let amount = amount.parse().map_err(|error| format!("{amount}: {error}"))?;
                if !self.accounts.lock().contains_key(account) {
                    return Err(format!("{account} is no customer"));
                }
                changes.push((account.to_owned(), amount));
            }
            ["COMMIT"] => self.accounts.commit(self.open.take().ok_or("no transaction is open")?),
            ["ROLLBACK"] => drop(self.open.take().ok_or("no transaction is open")?),
            ["OPEN?"] => return Ok(if self.open.is_some() { "yes" } else { "no" }.to_owned()),
            _ => return Err(format!("what is `{request}`?")),
        }
        Ok(String::new())
    }
}
