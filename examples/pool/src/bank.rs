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

/// The money of all customers together when the bank opens.
pub(crate) const DEPOSITS: i64 = 400;

type Accounts = BTreeMap<String, i64>;

/// A bank with four customers, of 100 each.
pub(crate) struct Bank {
    address: SocketAddr,
    accounts: Arc<Mutex<Accounts>>,
}

impl Bank {
    /// Opens the bank on a free port of this machine.
    pub(crate) fn open() -> io::Result<Bank> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let customers = ["alice", "bob", "carol", "dave"];
        let accounts = customers.map(|name| (name.to_owned(), DEPOSITS / 4)).into_iter().collect();
        let bank = Bank { address: listener.local_addr()?, accounts: Arc::new(Mutex::new(accounts)) };
        let accounts = bank.accounts.clone();
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let accounts = accounts.clone();
                thread::spawn(move || serve(&connection, &accounts));
            }
        });
        Ok(bank)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The money of all customers together.
    pub(crate) fn total(&self) -> i64 {
        lock(&self.accounts).values().sum()
    }
}

/// Answers the requests of one connection until it is closed.
fn serve(connection: &TcpStream, accounts: &Mutex<Accounts>) -> io::Result<()> {
    let mut open = None;
    for request in BufReader::new(connection).lines() {
        let answer = match answer(&request?, &mut open, accounts) {
            Ok(answer) => format!("OK {answer}\n"),
            Err(why) => format!("ERROR {why}\n"),
        };
        let mut writer = connection;
        writer.write_all(answer.as_bytes())?;
    }
    Ok(())
}

/// The changes of a transaction, in order.
type Changes = Vec<(String, i64)>;

fn answer(
    request: &str,
    open: &mut Option<Changes>,
    accounts: &Mutex<Accounts>,
) -> Result<&'static str, String> {
    match request.split(' ').collect::<Vec<_>>()[..] {
        ["BEGIN"] => {
            let left_open = open.replace(Changes::new());
            commit(left_open.unwrap_or_default(), accounts);
        }
        ["ADD", account, amount] => {
            let changes = open.as_mut().ok_or("no transaction is open")?;
            let amount = amount.parse().map_err(|error| format!("{amount}: {error}"))?;
            if !lock(accounts).contains_key(account) {
                return Err(format!("{account} is no customer"));
            }
            changes.push((account.to_owned(), amount));
        }
        ["COMMIT"] => commit(open.take().ok_or("no transaction is open")?, accounts),
        ["ROLLBACK"] => drop(open.take().ok_or("no transaction is open")?),
        ["OPEN?"] => return Ok(if open.is_some() { "yes" } else { "no" }),
        _ => return Err(format!("what is `{request}`?")),
    }
    Ok("")
}

fn commit(changes: Changes, accounts: &Mutex<Accounts>) {
    let mut accounts = lock(accounts);
    for (account, amount) in changes {
        *accounts.entry(account).or_default() += amount;
    }
}

fn lock(accounts: &Mutex<Accounts>) -> MutexGuard<'_, Accounts> {
    // No code that holds this lock can panic half-way.
    accounts.lock().unwrap_or_else(PoisonError::into_inner)
}
