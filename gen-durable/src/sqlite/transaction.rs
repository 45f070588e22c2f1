//! [`in_transaction`]: work that is done as a whole, or not at all.

use rusqlite::Connection;

use super::error::named;

/// Does `work` in a transaction, which the statement `begin` begins, and commits it.
///
/// # Errors
///
/// The first error. Then nothing was done.
pub(super) fn in_transaction<R>(
    connection: &Connection,
    begin: &str,
    work: impl FnOnce() -> gen::Result<R>,
) -> gen::Result<R> {
    connection.execute_batch(begin).map_err(named)?;
    let done = work().and_then(|value| {
        connection.execute_batch("COMMIT").map_err(named)?;
        Ok(value)
    });
    // Some errors, such as that of a full disk, have ended the transaction already.
    if done.is_err() && !connection.is_autocommit() {
        // The error before says more. If this fails, too, then no later transaction begins.
        let _ = connection.execute_batch("ROLLBACK");
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_that_has_ended_the_transaction_is_not_replaced_by_another_one() {
        let connection = Connection::open_in_memory().unwrap();
        let fails = |first: &str| {
            in_transaction(&connection, "BEGIN", || {
                connection.execute_batch(first).map_err(named)?;
                Err::<(), _>(gen::Error::new("the disk is full"))
            })
        };
        for first in ["ROLLBACK", "CREATE TABLE t (a)", "CREATE TABLE t (a)"] {
            assert_eq!(fails(first).unwrap_err().to_string(), "the disk is full");
        }
    }
}
