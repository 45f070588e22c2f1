//! A concurrent web spider, written with `gen`: the counterpart of Tornado's demo of that name.
//!
//! Read it from the top: [`program::crawl_and_report`] is the whole program in one coroutine, and
//! `crawl.rs` contains the workers. They are generic over the client. The program `webspider` runs
//! on one thread, on gen's embedded loop, with the sockets of the `async-io` family of crates and
//! HTTP from `hyper`. `examples/on-tokio/webspider` runs the same coroutines on tokio.
//!
//! | file | contents |
//! |---|---|
//! | `main.rs`, `args.rs` | the program on the embedded loop, and its command line |
//! | `program.rs`, `options.rs` | the part of a program that does not depend on the loop |
//! | `crawl.rs` | the workers, and the state that they share |
//! | `fetch.rs` | the client, as the crawl sees it |
//! | `links.rs` | the links of a page |
//! | `scope.rs` | the part of the web that belongs to the crawl |
//! | `site.rs` | everything that is known of the site |
//! | `progress.rs`, `report.rs` | the progress bar, the summary |
//! | `embedded/` | the client, the built-in server and Ctrl-C on the embedded loop |

pub mod crawl;
#[cfg(feature = "embedded")]
pub mod embedded;
pub mod fetch;
mod links;
pub mod options;
pub mod program;
mod progress;
mod report;
pub mod scope;
mod site;
