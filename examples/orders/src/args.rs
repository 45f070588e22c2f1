//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use gen_restate::Client;

/// Orders that take days, survive the death of their process, and are undone when they are
/// cancelled.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// The file of the orders; the books of the bank and the warehouse are beside it
    #[arg(long, global = true, value_name = "FILE", default_value = "orders.db")]
    pub(crate) db: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs the orders of the file, until it is killed; several processes may do so
    Run(Run),
    /// Adds an order, which a process that runs the file takes
    Start(Start),
    /// Approves orders
    Approve(Approve),
    /// Cancels orders, which are undone then
    Cancel(Cancel),
    /// Lists all orders, with the place at which each waits
    List {
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Shows the orders until all have ended
    Watch,
    /// Compares the books with the orders
    Audit,
    /// Kills workers at random moments, and audits the books at the end
    Torture(Torture),
    /// Runs one order in memory, and asks for its approval
    Plain(Plain),
    /// Runs the orders of a server of Restate, until it is killed; several processes may do so
    Serve(Serve),
    /// Shows the result of an order of a server of Restate
    Result {
        /// The key of the order
        id: String,

        #[command(flatten)]
        server: Server,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The address on which the server asks
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9080")]
    pub(crate) address: SocketAddr,

    #[command(flatten)]
    pub(crate) server: Server,

    #[command(flatten)]
    pub(crate) shop: Shop,
}

#[derive(Debug, Args)]
pub(crate) struct Server {
    /// A server of Restate, such as http://127.0.0.1:8080, which has the orders then
    #[arg(long, value_name = "URL")]
    restate: Option<String>,

    /// Its admin interface, if it is not at the port 9070 of the same host
    #[arg(long, value_name = "URL", requires = "restate")]
    admin: Option<String>,
}

impl Server {
    pub(crate) fn client(self) -> Option<Client> {
        let client = Client::new(self.restate?);
        Some(match self.admin {
            None => client,
            Some(admin) => client.with_admin(admin),
        })
    }
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Starts so many new orders
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) orders: usize,

    /// Runs the orders in so many processes, and starts one again that is killed
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=64))]
    pub(crate) workers: Option<u64>,

    /// Ends when all orders have ended
    #[arg(long)]
    pub(crate) until_done: bool,

    /// The time for the approval of the new orders, in seconds
    #[arg(long, value_name = "S", default_value_t = 3 * 86_400)]
    pub(crate) approval_seconds: u64,

    #[command(flatten)]
    pub(crate) shop: Shop,

    /// Does not wait for the disk, so a power cut may lose the last entries
    #[arg(long)]
    pub(crate) fast: bool,

    /// Ends when the standard input ends
    #[arg(long, hide = true)]
    pub(crate) leashed: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Shop {
    /// The time that the bank and the warehouse take for an answer
    #[arg(long, value_name = "N", default_value_t = 400)]
    pub(crate) latency_ms: u64,

    /// The share of the requests, and of the answers, that get lost
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = share)]
    pub(crate) trouble: f64,

    /// Prints nothing
    #[arg(long)]
    pub(crate) quiet: bool,

    /// Lets the bank and the warehouse ignore keys, so that requests that come again are done again
    #[arg(long, hide = true)]
    pub(crate) without_keys: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Start {
    /// The key of the order
    #[arg(value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) id: String,

    /// The items; the warehouse has no gold
    #[arg(default_values = ["tea", "milk"])]
    pub(crate) items: Vec<String>,

    /// The time for the approval, in seconds
    #[arg(long, value_name = "S", default_value_t = 3 * 86_400)]
    pub(crate) approval_seconds: u64,

    #[command(flatten)]
    pub(crate) server: Server,
}

#[derive(Debug, Args)]
pub(crate) struct Approve {
    /// The keys of the orders
    #[arg(required_unless_present = "all")]
    pub(crate) ids: Vec<String>,

    /// All that wait for it
    #[arg(long, conflicts_with_all = ["ids", "restate"])]
    pub(crate) all: bool,

    /// The person who approves
    #[arg(long, value_name = "NAME", default_value = "you")]
    pub(crate) by: String,

    #[command(flatten)]
    pub(crate) server: Server,
}

#[derive(Debug, Args)]
pub(crate) struct Cancel {
    /// The keys of the orders
    #[arg(required = true)]
    pub(crate) ids: Vec<String>,

    /// The reason, which the order ends with [default: the customer]; Restate keeps none
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,

    #[command(flatten)]
    pub(crate) server: Server,
}

#[derive(Debug, Args)]
pub(crate) struct Torture {
    /// The number of orders
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub(crate) orders: usize,

    /// The number of kills
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) kills: usize,

    /// The number of workers
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=64))]
    pub(crate) workers: u64,

    /// Decides what happens, and in which order; a random one if it is not given
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,

    /// Lets the bank and the warehouse ignore keys, so that the books are wrong
    #[arg(long)]
    pub(crate) without_keys: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Plain {
    /// The items; the warehouse has no gold
    #[arg(default_values = ["tea", "milk"])]
    pub(crate) items: Vec<String>,

    /// Runs without any journal, so the order cannot be approved
    #[arg(long)]
    pub(crate) without_journal: bool,
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=0.9).contains(&share) => Ok(share),
        _ => Err("it is a number from 0 to 0.9".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn senseless_values_are_refused() {
        for line in [
            "orders",
            "orders approve",
            "orders approve 7 --all",
            "orders cancel",
            "orders start",
            "orders run --workers 0",
            "orders run --trouble 1",
            "orders run --trouble nan",
        ] {
            assert!(Cli::try_parse_from(line.split_whitespace()).is_err(), "{line}");
        }
    }
}
