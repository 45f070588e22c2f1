//! `Shop`: the way to the bank and the warehouse, which takes time, and on which requests and
//! answers get lost.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::books::Books;
use crate::request::Request;

/// The way to the bank and the warehouse. Clones are the same.
#[derive(Clone)]
pub struct Shop(Arc<Inner>);

struct Inner {
    books: Books,
    options: ShopOptions,
}

/// How the shop behaves.
pub struct ShopOptions {
    /// The time between a request and its answer.
    pub latency: Duration,
    /// The share of the requests, and of the answers, that get lost: from 0 to 1.
    pub trouble: f64,
    /// Called with a line for each request that was answered.
    pub report: Box<dyn Fn(String) + Send + Sync>,
    /// Waits for the latency. It is [`gen::sleep`] where gen has a timer, as on its loop.
    pub pause: fn(Duration) -> Pause,
}

/// A wait for some time.
pub type Pause = Pin<Box<dyn Future<Output = gen::Result> + Send>>;

impl Default for ShopOptions {
    fn default() -> Self {
        ShopOptions {
            latency: Duration::ZERO,
            trouble: 0.0,
            report: Box::new(|_| ()),
            pause: |time| Box::pin(gen::sleep(time)),
        }
    }
}

impl Shop {
    /// A shop that writes into these books.
    #[must_use]
    pub fn new(books: Books, options: ShopOptions) -> Self {
        Shop(Arc::new(Inner { books, options }))
    }

    /// The books.
    #[must_use]
    pub fn books(&self) -> &Books {
        &self.0.books
    }

    /// Sends a request, and waits for the answer.
    ///
    /// # Errors
    ///
    /// A request or an answer that is lost; a request that is refused, which is
    /// [permanent](gen_durable::permanent).
    pub async fn answer(self, order: String, request: Request) -> gen::Result<String> {
        let Inner { books, options } = &*self.0;
        let lost = || fastrand::f64() < options.trouble;
        (options.pause)(options.latency / 2).await?;
        gen::ensure!(!lost(), "the request is lost");
        // The file of the books stands for another service, and is so fast that nothing waits.
        let answer = books.answer(&order, &request).inspect_err(|error| {
            (options.report)(format!("order {order}: {request} is refused: {error}"));
        })?;
        let again = if answer.was_known { " (again, and nothing happens)" } else { "" };
        (options.report)(format!("order {order}: {request}{again}"));
        (options.pause)(options.latency / 2).await?;
        gen::ensure!(!lost(), "the answer is lost");
        Ok(answer.text)
    }
}

impl fmt::Debug for Shop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shop").finish_non_exhaustive()
    }
}
