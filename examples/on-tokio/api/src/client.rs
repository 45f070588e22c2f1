//! Requests to the warehouse.

use r#gen::{self as g, yield_};
use reqwest::{Method, StatusCode};

use crate::orders::{NoSuchItem, Order};

/// Sends requests to the replicas of the warehouse.
#[derive(Default)]
pub(crate) struct Client {
    http: reqwest::Client,
}

impl Client {
    /// Asks a replica for the price of an item.
    #[g::coroutine]
    pub(crate) fn price(&self, replica: &str, item: &str) -> g::Result<String> {
        yield_!(self.request(Method::GET, format!("{replica}/price/{item}"), item))
    }

    /// Asks a replica to do something for an order.
    #[g::coroutine]
    pub(crate) fn change(&self, replica: &str, verb: &str, order: &Order) -> g::Result<String> {
        let Order { item, number } = order;
        yield_!(self.request(Method::POST, format!("{replica}/{verb}/{item}/{number}"), item))
    }

    #[g::coroutine]
    fn request(&self, method: Method, url: String, item: &str) -> g::Result<String> {
        let response = yield_!(self.http.request(method, url).send())?;
        match response.status() {
            StatusCode::OK => yield_!(response.text()),
            StatusCode::NOT_FOUND => g::bail!(NoSuchItem(item.to_owned())),
            status => g::bail!("the warehouse says {status}"),
        }
    }
}

/// Whether the replica could not be reached, so that it has not got the request.
pub(crate) fn cannot_connect(error: &g::Error) -> bool {
    error.downcast_ref().is_some_and(reqwest::Error::is_connect)
}
