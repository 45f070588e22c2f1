//! The third main: the same body beyond one machine, on a server of Restate.
//!
//! The server keeps the journals, and asks this process to go on with an order when it can. While
//! an order waits for its approval, no process has anything of it.

use std::net::SocketAddr;

use gen::Context as _;
use gen_durable::StepFailed;
use gen_restate::{Client, Endpoint};
use tokio::net::TcpListener;

use crate::order::{order, Order, Progress, APPROVED, PROGRESS};
use crate::shop::{Pause, Shop};

/// The name of the body on a server.
pub const WORKFLOW: &str = "Order";

/// Answers the servers on this address. With a client, its server learns of the address. Then
/// `listens` is called with it.
///
/// # Errors
///
/// The address cannot be had, or the server not be reached.
pub fn serve(
    shop: Shop,
    address: SocketAddr,
    client: Option<Client>,
    listens: impl FnOnce(SocketAddr),
) -> gen::Result {
    block_on(async {
        let listener =
            TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
        // If the port was 0, it has another one now.
        let address = listener.local_addr()?;
        let endpoint = Endpoint::new().workflow(WORKFLOW, move |args| order(shop.clone(), args));
        let serves = tokio::spawn(endpoint.serve_on(listener));
        if let Some(client) = client {
            client.register(&format!("http://{address}")).await?;
        }
        listens(address);
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

/// Starts an order.
///
/// # Errors
///
/// An order of this key that is there already, which stays as it is. Those of the client.
pub fn start(client: &Client, order: &Order) -> gen::Result {
    let is_new = block_on(client.start(WORKFLOW, &order.id, order))?;
    gen::ensure!(is_new, "the order {} is there already: `orders result` shows it", order.id);
    Ok(())
}

/// Approves an order.
///
/// # Errors
///
/// Those of the client.
pub fn approve(client: &Client, id: &str, by: &str) -> gen::Result {
    block_on(client.send_signal(WORKFLOW, id, APPROVED, by))
}

/// Asks for the cancellation of an order. The server keeps no reason.
///
/// # Errors
///
/// Those of the client.
pub fn cancel(client: &Client, id: &str) -> gen::Result {
    block_on(client.cancel(WORKFLOW, id))
}

/// The result of an order, or how far it is.
///
/// # Errors
///
/// Those of the client.
pub fn state(client: &Client, id: &str) -> gen::Result<String> {
    block_on(async {
        match client.result_now::<String>(WORKFLOW, id).await {
            Ok(Some(parcel)) => Ok(format!("shipped: {parcel}")),
            Ok(None) => {
                let progress: Option<Progress> = client.state(WORKFLOW, id, PROGRESS).await?;
                Ok(progress.map_or_else(|| "nothing is done".into(), |progress| progress.to_string()))
            }
            Err(error) if error.is::<StepFailed>() => Ok(format!("undone: {error}")),
            Err(error) => Err(error),
        }
    })
}

fn block_on<T>(future: impl std::future::Future<Output = gen::Result<T>>) -> gen::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}
