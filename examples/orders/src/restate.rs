//! The third main: the same body beyond one machine, on a server of Restate.
//!
//! The server keeps the journals, and asks this process to go on with an order when it can. While
//! an order waits for its approval, no process has anything of it.

use std::net::SocketAddr;

use gen_restate::{Client, Endpoint};
use tokio::net::TcpListener;

use crate::order::{order, Order, APPROVED};
use crate::shop::{Pause, Shop};

/// The name of the body on a server.
pub const WORKFLOW: &str = "Order";

/// Answers the servers on this address. With a client, its server learns of the address.
///
/// # Errors
///
/// The address cannot be had, or the server not be reached.
pub fn serve(shop: Shop, address: SocketAddr, client: Option<Client>) -> gen::Result {
    block_on(async {
        let listener = TcpListener::bind(address).await?;
        let endpoint = Endpoint::new().workflow(WORKFLOW, move |args| order(shop.clone(), args));
        let serves = tokio::spawn(endpoint.serve_on(listener));
        if let Some(client) = client {
            client.register(&format!("http://{address}")).await?;
        }
        Ok(serves.await??)
    })
}

/// Waits on the timer of tokio, since gen's loop is not there.
pub fn pause(time: std::time::Duration) -> Pause {
    Box::pin(async move {
        tokio::time::sleep(time).await;
        Ok(())
    })
}

/// Starts an order. One that is there already stays as it is.
///
/// # Errors
///
/// Those of the client.
pub fn start(client: &Client, order: &Order) -> gen::Result {
    block_on(client.start(WORKFLOW, &order.id, order))
}

/// Approves an order.
///
/// # Errors
///
/// Those of the client.
pub fn approve(client: &Client, id: &str, by: &str) -> gen::Result {
    block_on(client.send_signal(WORKFLOW, id, APPROVED, by))
}

/// Asks for the cancellation of an order.
///
/// # Errors
///
/// Those of the client.
pub fn cancel(client: &Client, id: &str) -> gen::Result {
    block_on(client.cancel(WORKFLOW, id))
}

/// The result of an order. `None` if it has not ended.
///
/// # Errors
///
/// The error with which the order has ended, and those of the client.
pub fn result(client: &Client, id: &str) -> gen::Result<Option<String>> {
    block_on(client.result_now(WORKFLOW, id))
}

fn block_on<T>(future: impl std::future::Future<Output = gen::Result<T>>) -> gen::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}
