//! An order that takes days, survives the death of its process, and is undone when it is cancelled.
//!
//! One body, three mains:
//!
//! | file | contents |
//! |---|---|
//! | `order.rs` | the body: what an order does, and how it is undone |
//! | `request.rs`, `shop.rs`, `books.rs` | the outside: a bank and a warehouse, which write books |
//! | `audit.rs` | compares the books with the orders |
//! | `plain.rs` | the first main: one order, in memory |
//! | `store.rs`, `worker.rs`, `crew.rs` | the second main: many orders in a file of SQLite, and processes that share it |
//! | `restate.rs` | the third main: the orders on a server of Restate |
//! | `look.rs` | the waits of an order as a tree: the replay of a copy of its journal |
//! | `list.rs`, `watch.rs` | what a person sees of the orders |
//! | `torture.rs` | kills the processes at random moments, and audits the books at the end |

pub mod audit;
pub mod books;
pub mod crew;
pub mod list;
pub mod look;
pub mod order;
pub mod plain;
pub mod request;
pub mod restate;
pub mod shop;
pub mod store;
pub mod torture;
pub mod watch;
pub mod worker;
