//! The warehouse: a service with two replicas, which share one stock.
//!
//! It is a stand-in for a service on another machine. The demo and the tests see its stock, and
//! decide when it approves a sale and when a replica answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use r#gen::{self as g, yield_};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use crate::request;

/// The items that it knows, and their prices.
const PRICES: [(&str, u32); 5] = [("tea", 4), ("milk", 1), ("bread", 3), ("salt", 2), ("honey", 9)];

/// The stock, and the requests that are waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stock {
    /// Items that are neither sold nor given back.
    pub reserved: usize,
    /// Items that are sold.
    pub sold: usize,
    /// Sales that wait for an approval.
    pub waiting: usize,
    /// Requests for prices that wait for an answer.
    pub asked: usize,
}

/// The warehouse itself.
pub struct Warehouse {
    stock: watch::Sender<Stock>,
    /// Whether the item of an order is reserved, by the number of the order. An order that has
    /// ended stays, because its reservation may come late.
    orders: Mutex<HashMap<u64, bool>>,
    approvals: Semaphore,
    heard: Mutex<Vec<Heard>>,
}

/// A request of the shop. A real warehouse would write the id into its own log, and would not begin
/// what takes longer than the time that is left.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// Such as `/price/tea`.
    pub path: String,
    /// The id of the customer's request.
    pub request: Option<String>,
    /// The milliseconds that the customer still waits.
    pub time_left: Option<u64>,
}

/// One of the services through which the warehouse is reached.
pub struct Replica {
    warehouse: Arc<Warehouse>,
    is_awake: watch::Sender<bool>,
}

type Answer = Result<String, StatusCode>;

impl Warehouse {
    /// An empty warehouse.
    pub fn new() -> Arc<Self> {
        Arc::new(Warehouse {
            stock: watch::Sender::default(),
            orders: Mutex::default(),
            approvals: Semaphore::new(0),
            heard: Mutex::default(),
        })
    }

    /// The requests so far, in their order.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("no code panics under this lock").clone()
    }

    /// The stock at this moment.
    pub fn stock(&self) -> Stock {
        *self.stock.borrow()
    }

    /// Waits until the stock is as wanted.
    ///
    /// # Errors
    ///
    /// If this takes more than ten seconds.
    #[g::coroutine]
    pub fn until(&self, wanted: impl FnMut(&Stock) -> bool) -> g::Result<Stock> {
        let mut stock = self.stock.subscribe();
        let seen = yield_!(g::with_timeout(Duration::from_secs(10), stock.wait_for(wanted)))?;
        Ok(*seen)
    }

    /// Approves so many sales.
    pub fn approve(&self, sales: usize) {
        self.approvals.add_permits(sales);
    }

    /// Reserves the item of an order, or ends the order, and changes the stock with it.
    ///
    /// A request whose answer was lost is sent again, and changes nothing then. Neither does a
    /// reservation that comes after the end of its order.
    fn change(&self, order: u64, reserve: bool, change: fn(&mut Stock)) {
        let mut orders = self.orders.lock().expect("no code panics under this lock");
        match (orders.get(&order), reserve) {
            (None, true) | (Some(true), false) => {
                orders.insert(order, reserve);
                // Under the lock: an order is not sold before its reservation is counted.
                self.stock.send_modify(change);
            }
            // Its reservation is still on the way, and will change nothing.
            (None, false) => {
                orders.insert(order, false);
            }
            // It was sent again, or comes after the end.
            (Some(true), true) | (Some(false), _) => {}
        }
    }

    /// Changes the stock until the guard is dropped, which happens too if the client goes away.
    fn while_waiting(&self, begin: fn(&mut Stock), end: fn(&mut Stock)) -> impl Drop {
        struct Guard<'w>(&'w Warehouse, fn(&mut Stock));
        impl Drop for Guard<'_> {
            fn drop(&mut self) {
                self.0.stock.send_modify(self.1);
            }
        }
        self.stock.send_modify(begin);
        Guard(self, end)
    }
}

impl Heard {
    fn of(request: &Request) -> Self {
        let header = |name| request.headers().get(name)?.to_str().ok();
        Heard {
            path: request.uri().path().to_owned(),
            request: header(request::ID).map(str::to_owned),
            time_left: header(request::TIME_LEFT).and_then(|left| left.parse().ok()),
        }
    }
}

impl Replica {
    /// A replica of this warehouse.
    pub fn new(warehouse: &Arc<Warehouse>) -> Arc<Self> {
        Arc::new(Replica { warehouse: warehouse.clone(), is_awake: watch::Sender::new(true) })
    }

    /// From now on it answers no question, or answers all of them again. Orders go on.
    pub fn set_awake(&self, is_awake: bool) {
        self.is_awake.send_replace(is_awake);
    }

    /// Waits until it answers questions.
    async fn awake(&self) {
        let _ = self.is_awake.subscribe().wait_for(|is_awake| *is_awake).await;
    }

    /// Serves for ever.
    pub async fn serve(self: Arc<Self>, listener: TcpListener) {
        let router = Router::new()
            .route("/price/{item}", get(price))
            .route("/prices/{items}", get(prices))
            .route("/reserve/{item}/{order}", post(reserve))
            .route("/approve/{item}/{order}", post(approve))
            .route("/sell/{item}/{order}", post(sell))
            .route("/release/{item}/{order}", post(release))
            .with_state(self.clone())
            .layer(from_fn_with_state(self.clone(), hear))
            // It comes from the shop itself, and often.
            .route("/alive", get(async move || self.awake().await));
        axum::serve(listener, router).await.expect("it serves for ever")
    }
}

fn look_up(item: &str) -> Result<u32, StatusCode> {
    let known = PRICES.iter().find(|(name, _)| *name == item);
    known.map(|(_, price)| *price).ok_or(StatusCode::NOT_FOUND)
}

/// Remembers what the headers of a request say.
async fn hear(State(replica): State<Arc<Replica>>, request: Request, next: Next) -> Response {
    let heard = Heard::of(&request);
    replica.warehouse.heard.lock().expect("no code panics under this lock").push(heard);
    next.run(request).await
}

async fn price(State(replica): State<Arc<Replica>>, Path(item): Path<String>) -> Answer {
    let _guard = replica.warehouse.while_waiting(|stock| stock.asked += 1, |stock| stock.asked -= 1);
    replica.awake().await;
    Ok(look_up(&item)?.to_string())
}

/// One line for each item that is known.
async fn prices(State(replica): State<Arc<Replica>>, Path(items): Path<String>) -> String {
    let _guard = replica.warehouse.while_waiting(|stock| stock.asked += 1, |stock| stock.asked -= 1);
    replica.awake().await;
    let line = |item| Some(format!("{item} {}\n", look_up(item).ok()?));
    items.split(',').filter_map(line).collect()
}

/// The item and the number of an order.
type OfOrder = Path<(String, u64)>;

async fn reserve(State(replica): State<Arc<Replica>>, Path((item, order)): OfOrder) -> Answer {
    look_up(&item)?;
    replica.warehouse.change(order, true, |stock| stock.reserved += 1);
    done()
}

async fn approve(State(replica): State<Arc<Replica>>) -> Answer {
    let warehouse = &replica.warehouse;
    let _guard = warehouse.while_waiting(|stock| stock.waiting += 1, |stock| stock.waiting -= 1);
    warehouse.approvals.acquire().await.expect("it is never closed").forget();
    Ok("approved".to_owned())
}

async fn sell(State(replica): State<Arc<Replica>>, Path((_, order)): OfOrder) -> Answer {
    replica.warehouse.change(order, false, |stock| {
        stock.reserved -= 1;
        stock.sold += 1;
    });
    done()
}

async fn release(State(replica): State<Arc<Replica>>, Path((_, order)): OfOrder) -> Answer {
    replica.warehouse.change(order, false, |stock| stock.reserved -= 1);
    done()
}

fn done() -> Answer {
    Ok("done".to_owned())
}
