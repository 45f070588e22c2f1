//! Requests to the warehouse.

use std::collections::HashMap;
use std::time::Duration;

use r#gen::{self as g, yield_};
use reqwest::{Method, StatusCode};

use crate::orders::{NoSuchItem, Order};
use crate::request::{self, REQUEST};

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

    /// Asks a replica for the prices of many items. Those that it does not know are left out.
    #[g::coroutine]
    pub(crate) fn prices(&self, replica: &str, items: &[String]) -> g::Result<HashMap<String, String>> {
        let items = items.join(",");
        let text = yield_!(self.request(Method::GET, format!("{replica}/prices/{items}"), &items))?;
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        Ok(lines.map(|(item, price)| (item.to_owned(), price.to_owned())).collect())
    }

    /// Whether a replica answers within that time. This belongs to no request of a customer.
    #[g::coroutine]
    pub(crate) fn is_alive(&self, replica: &str, within: Duration) -> g::Result<bool> {
        match yield_!(self.http.get(format!("{replica}/alive")).timeout(within).send()) {
            Err(error) if error.is::<reqwest::Error>() => Ok(false),
            answer => Ok(answer?.status().is_success()),
        }
    }

    /// Asks a replica to do something for an order.
    #[g::coroutine]
    pub(crate) fn change(&self, replica: &str, verb: &str, order: &Order) -> g::Result<String> {
        let Order { item, number } = order;
        yield_!(self.request(Method::POST, format!("{replica}/{verb}/{item}/{number}"), item))
    }

    /// Sends a request with the id of the customer's request, and with the time that it has left.
    #[g::coroutine]
    fn request(&self, method: Method, url: String, item: &str) -> g::Result<String> {
        let mut request = self.http.request(method.clone(), url);
        if let Some(id) = REQUEST.get() {
            request = request.header(request::ID, id);
        }
        // An order is cleaned up after its deadline, too, so only a question has one.
        if let (Method::GET, Some(left)) = (method, g::time_left()) {
            request = request.header(request::TIME_LEFT, left.as_millis().to_string());
        }
        let response = yield_!(request.send())?;
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
