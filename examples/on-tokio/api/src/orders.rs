//! The coroutines behind the handlers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use r#gen::metrics::measured;
use r#gen::{self as g, OneOf2, yield_};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::client::{Client, cannot_connect};

/// A replica that gives no answer is asked again after this time.
const PAUSE: Duration = Duration::from_millis(20);

/// The number of times that the warehouse is asked to end an order.
const TRIES: usize = 5;

/// A replica that has not given the prices after this time is slow, and the other one is asked.
const SLOW: Duration = Duration::from_millis(50);

/// The time in which the items of one request are gathered.
const WINDOW: Duration = Duration::from_millis(1);

/// The items that the warehouse is asked for at once.
const AT_ONCE: usize = 50;

/// The state that all handlers share.
pub struct Shop {
    pub(crate) client: Client,
    /// The addresses of the replicas, such as `http://127.0.0.1:8001`.
    replicas: [String; 2],
    /// The time that a customer waits for a price.
    pub(crate) patience: Duration,
    /// Ends the waits for approvals, when the service shuts down.
    pub(crate) closing: CancellationToken,
    /// Counts the orders that have not ended, with those that clean up after their client has gone.
    pub(crate) orders: TaskTracker,
    /// The number of the last order.
    last_order: AtomicU64,
}

/// An order of one item. The warehouse knows it by its number, and does a repeated request once.
pub(crate) struct Order {
    pub(crate) item: String,
    pub(crate) number: u64,
}

/// The warehouse does not know the item.
#[derive(Debug)]
pub(crate) struct NoSuchItem(pub(crate) String);

impl Shop {
    /// A shop that asks these replicas of the warehouse.
    pub fn new(replicas: [String; 2], patience: Duration) -> Self {
        Shop {
            client: Client::default(),
            replicas,
            patience,
            closing: CancellationToken::new(),
            orders: TaskTracker::new(),
            last_order: AtomicU64::new(0),
        }
    }

    /// Asks both replicas, and gives the first answer. The request to the other replica is dropped.
    #[g::coroutine]
    pub(crate) fn price(&self, item: &str) -> g::Result<String> {
        let asked = self.replicas.iter().map(|replica| measured(self.ask(replica, item)));
        let (_position, price) = yield_!(g::with_timeout(self.patience, g::first_of(asked)))?;
        Ok(price)
    }

    /// The prices of many items, in the order of the items.
    #[g::coroutine]
    pub(crate) fn prices(self: Arc<Self>, items: &str) -> g::Result<Vec<String>> {
        yield_!(g::with_timeout(self.patience, self.load_each(items)))
    }

    /// Loads each price by itself. The warehouse is asked once for all of them.
    #[g::coroutine]
    fn load_each(self: &Arc<Self>, items: &str) -> g::Result<Vec<String>> {
        let shop = self.clone();
        // Made here, so its call has the id and the time left of this request.
        let batch = g::batch(move |items| measured(shop.clone().look_up(items))).max(AT_ONCE).window(WINDOW);
        let prices: Vec<_> = items.split(',').map(|item| measured(batch.load(item.to_owned()))).collect();
        // Only the first item that there is not is in the answer. The others need no log line.
        yield_!(g::multi(prices).quiet::<NoSuchItem>())
    }

    /// Asks one replica for many prices, and the other one too if the first is slow or fails.
    #[g::coroutine]
    fn look_up(self: Arc<Self>, items: Vec<String>) -> g::Result<Vec<g::Result<String>>> {
        let mut replicas = self.replicas.iter();
        let ask = || {
            let replica = replicas.next().expect("each replica is asked once");
            measured(self.client.prices(replica, &items))
        };
        let mut prices = yield_!(g::hedge(SLOW, self.replicas.len(), ask))?;
        let found = items.into_iter().map(|item| prices.remove(&item).ok_or(NoSuchItem(item).into()));
        Ok(found.collect())
    }

    /// Whether a replica answers as soon as a customer would want it.
    #[g::coroutine]
    pub(crate) fn has_replica(&self) -> g::Result<bool> {
        let asked = self.replicas.each_ref().map(|replica| self.client.is_alive(replica, self.patience));
        Ok(yield_!(asked)?.contains(&true))
    }

    /// Asks one replica for a price, until there is an answer. An error would end the race between
    /// the replicas, so a replica that is down must not fail.
    #[g::coroutine]
    fn ask(&self, replica: &str, item: &str) -> g::Result<String> {
        loop {
            match yield_!(self.client.price(replica, item)) {
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
        let order = self.order(item);
        // If the client goes away, this line is resumed with an error, and the body goes on.
        match yield_!(self.reserve(&order)) {
            Ok(()) => yield_!(g::shield(self.end("sell", &order))),
            Err(error) => {
                log::warn!("order {} of {} has failed: {error}", order.number, order.item);
                // Also if the answer to the reservation did not come: it may be there nevertheless.
                yield_!(g::shield(self.end("release", &order)))?;
                Err(error)
            }
        }
    }

    /// A new order.
    pub(crate) fn order(&self, item: String) -> Order {
        Order { item, number: self.last_order.fetch_add(1, Ordering::Relaxed) + 1 }
    }

    /// Reserves the item, and waits for the customer's approval, or for the end of the service.
    #[g::coroutine]
    fn reserve(&self, order: &Order) -> g::Result<()> {
        yield_!(g::shield(self.change("reserve", order)))?;
        let approved = self.change("approve", order);
        let closing = g::ok(self.closing.cancelled());
        match yield_!(g::first_of((approved, closing)))? {
            OneOf2::First(_answer) => Ok(()),
            OneOf2::Second(()) => g::bail!(Closing),
        }
    }

    /// Ends an order. The warehouse is asked a few times, until there is an answer.
    #[g::coroutine]
    fn end(&self, verb: &str, order: &Order) -> g::Result<String> {
        let mut tries = 1;
        loop {
            match yield_!(self.change(verb, order)) {
                Err(_) if tries < TRIES => yield_!(g::sleep(PAUSE))?,
                answer => return answer,
            }
            tries += 1;
        }
    }

    /// Asks the first replica to change something.
    #[g::coroutine]
    pub(crate) fn change(&self, verb: &str, order: &Order) -> g::Result<String> {
        yield_!(self.client.change(&self.replicas[0], verb, order))
    }
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
