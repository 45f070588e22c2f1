//! `Request`: a question to the bank or to the warehouse.

use std::fmt;

/// A question to the bank or to the warehouse. Its text is the label of the step that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Takes money from the customer.
    Charge {
        /// The amount.
        cents: i64,
    },
    /// Pays back the money that was taken, and takes none for this order from then on.
    Refund,
    /// Asks for the shelf of an item.
    Find {
        /// The line of the order, from 0.
        line: usize,
        /// The item.
        item: String,
    },
    /// Takes an item from its shelf.
    Pick {
        /// The line of the order, from 0.
        line: usize,
        /// The item.
        item: String,
    },
    /// Puts back an item that was taken, and takes none for this line from then on.
    PutBack {
        /// The line of the order, from 0.
        line: usize,
        /// The item.
        item: String,
    },
    /// Sends the parcel.
    Ship,
}

impl Request {
    /// The idempotency key, by which the other side recognises a request that comes again. It is
    /// the same in each run of the order.
    #[must_use]
    pub fn key(&self, order: &str) -> String {
        match self.line() {
            None => format!("order {order}: {self}"),
            Some(line) => format!("order {order}, line {line}: {self}"),
        }
    }

    /// The line of the order, if it is about one.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        match self {
            Request::Find { line, .. } | Request::Pick { line, .. } | Request::PutBack { line, .. } => {
                Some(*line)
            }
            Request::Charge { .. } | Request::Refund | Request::Ship => None,
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Request::Charge { cents } => write!(f, "charge {}", euros(*cents)),
            Request::Refund => f.write_str("refund"),
            Request::Find { item, .. } => write!(f, "find {item}"),
            Request::Pick { item, .. } => write!(f, "pick {item}"),
            Request::PutBack { item, .. } => write!(f, "put {item} back"),
            Request::Ship => f.write_str("ship"),
        }
    }
}

/// An amount in euros.
pub(crate) fn euros(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02} euros", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}
