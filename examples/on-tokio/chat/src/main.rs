//! The program: `chat`, or `chat ADDRESS`. It serves until Ctrl-C.

use chat::server::{self, Limits};
use r#gen::{self as g, yield_};
use tokio::net::TcpListener;

#[g::main(tokio)]
fn main() -> g::Result {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:7000".to_owned());
    let listener = yield_!(TcpListener::bind(address))?;
    println!("serving at {}, until Ctrl-C", listener.local_addr()?);
    let server = server::serve(listener, Limits::default());
    // Ctrl-C cancels the server, and this line waits until all clients have their goodbye.
    yield_!(g::first_of((server, tokio::signal::ctrl_c())).cancel())?;
    println!("closed");
    Ok(())
}
