//! The coroutines behind the handlers.

use std::sync::Arc;
use std::time::Duration;

use r#gen::{self as g, OneOf2, yield_};
use reqwest::{Method, StatusCode};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A replica that cannot be reached is asked again after this time.
const PAUSE: Duration = Duration::from_millis(20);

/// The items of one request that are looked up at the same time.
pub(crate) const AT_ONCE: usize = 3;

/// The state that all handlers share.
pub struct Shop {
    client: reqwest::Client,
    /// The addresses of the replicas, such as `http://127.0.0.1:8001`.
    replicas: [String; 2],
    /// The time that a customer waits for a price.
    patience: Duration,
    /// Ends the waits for approvals, when the service shuts down.
    pub(crate) closing: CancellationToken,
    /// Counts the orders that have not ended, with those that clean up after their client has gone.
    pub(crate) orders: TaskTracker,
}

/// The warehouse does not know the item.
#[derive(Debug)]
pub(crate) struct NoSuchItem(String);

impl Shop {
    /// A shop that asks these replicas of the warehouse.
    pub fn new(replicas: [String; 2], patience: Duration) -> Self {
        Shop {
            client: reqwest::Client::new(),
            replicas,
            patience,
            closing: CancellationToken::new(),
            orders: TaskTracker::new(),
        }
    }

    /// Asks both replicas, and gives the first answer. The request to the other replica is dropped.
    #[g::coroutine]
    pub(crate) fn price(&self, item: &str) -> g::Result<String> {
        let asked = self.replicas.iter().map(|replica| self.ask(replica, item));
        let (_position, price) = yield_!(g::with_timeout(self.patience, g::first_of(asked)))?;
        Ok(price)
    }

    /// The prices of many items, a few at a time, in the order of the items.
    #[g::coroutine]
    pub(crate) fn prices(&self, items: &str) -> g::Result<Vec<String>> {
        yield_!(g::limit(AT_ONCE, items.split(',').map(|item| self.price(item))))
    }

    /// Asks one replica for a price, until there is an answer. An error would end the race between
    /// the replicas, so a replica that is down must not fail.
    #[g::coroutine]
    fn ask(&self, replica: &str, item: &str) -> g::Result<String> {
        loop {
            match yield_!(self.request(Method::GET, replica, "price", item)) {
                Err(error) if cannot_connect(&error) => yield_!(g::sleep(PAUSE))?,
                answer => return answer,
            }
        }
    }

    /// Reserves an item, waits for the customer's approval, and sells it. Without the approval the
    /// reservation is given back, whatever the reason.
    ///
    /// Only the wait for the approval can be cancelled. The other requests are shielded, because
    /// the shop must know their answers.
    #[g::coroutine]
    pub(crate) fn buy(self: Arc<Self>, item: String) -> g::Result<String> {
        let _open = self.orders.token();
        yield_!(g::shield(self.change("reserve", &item)))?;
        // If the client goes away, this line is resumed with an error, and the body goes on.
        if let Err(error) = yield_!(self.approval(&item)) {
            yield_!(g::shield(self.change("release", &item)))?;
            return Err(error);
        }
        yield_!(g::shield(self.change("sell", &item)))
    }

    /// Waits for the customer's approval, or for the end of the service.
    #[g::coroutine]
    fn approval(&self, item: &str) -> g::Result<()> {
        let approved = self.change("approve", item);
        let closing = g::ok(self.closing.cancelled());
        match yield_!(g::first_of((approved, closing)))? {
            OneOf2::First(_answer) => Ok(()),
            OneOf2::Second(()) => g::bail!(Closing),
        }
    }

    /// Asks the first replica to change something.
    #[g::coroutine]
    pub(crate) fn change(&self, verb: &str, item: &str) -> g::Result<String> {
        yield_!(self.request(Method::POST, &self.replicas[0], verb, item))
    }

    #[g::coroutine]
    fn request(&self, method: Method, replica: &str, verb: &str, item: &str) -> g::Result<String> {
        let url = format!("{replica}/{verb}/{item}");
        let response = yield_!(self.client.request(method, url).send())?;
        match response.status() {
            StatusCode::OK => yield_!(response.text()),
            StatusCode::NOT_FOUND => g::bail!(NoSuchItem(item.to_owned())),
            status => g::bail!("the warehouse says {status}"),
        }
    }
}

fn cannot_connect(error: &g::Error) -> bool {
    error.downcast_ref().is_some_and(reqwest::Error::is_connect)
}

/// The service shuts down.
#[derive(Debug)]
pub(crate) struct Closing;

impl std::error::Error for Closing {}

impl std::fmt::Display for Closing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the shop is closing")
    }
}

impl std::error::Error for NoSuchItem {}

impl std::fmt::Display for NoSuchItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "there is no {}", self.0)
    }
}
