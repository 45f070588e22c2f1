//! [`Bodies`]: coroutines by their names.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use gen::{Context, Coroutine};
use serde::de::DeserializeOwned;
use serde::Serialize;

use super::SqliteJournal;
use crate::driver::Driver;
use crate::journal::Outcome;

/// The bodies of durable runs by their names, so that a run can go on in another process.
///
/// ```
/// use gen::yield_;
/// use gen_durable::{step, Bodies};
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Order {
///     items: Vec<u32>,
/// }
///
/// #[gen::coroutine]
/// fn order(order: Order) -> gen::Result<usize> {
///     yield_!(step("pick", move || async move { Ok(order.items.len()) }))
/// }
///
/// #[gen::coroutine]
/// fn refund(customer: String, amount: u32) -> gen::Result {
///     yield_!(step(format!("pay {amount} to {customer}"), || async { Ok(()) }))
/// }
///
/// let bodies = Bodies::new()
///     .body("order", order)
///     // Several arguments are a tuple.
///     .body("refund", |(customer, amount)| refund(customer, amount));
/// assert_eq!(bodies.names().collect::<Vec<_>>(), ["order", "refund"]);
/// ```
///
/// The name is in the file. So a function may be renamed, but the name must stay as long as there
/// are runs. A body that has changed too much gets a new name, and the old function stays for the
/// old runs.
#[derive(Default)]
#[must_use = "nothing runs until the runs are resumed"]
pub struct Bodies(BTreeMap<String, Box<Begin>>);

/// Begins or resumes a run with these arguments, as JSON, over this journal.
type Begin = dyn Fn(&str, SqliteJournal) -> gen::Result<Driven> + Send + Sync;

/// Gives the outcome of a run that has ended.
type Driven = Pin<Box<dyn Future<Output = gen::Result<Outcome>> + Send>>;

impl Bodies {
    /// No bodies.
    pub fn new() -> Self {
        Bodies::default()
    }

    /// Adds a body: a function that makes the coroutine from its arguments.
    ///
    /// The function has one argument. Several are a tuple, which a closure takes apart:
    /// `|(customer, amount)| refund(customer, amount)`; if there are none, write `|()| tidy()`.
    ///
    /// # Panics
    ///
    /// If there is another body of that name.
    #[track_caller]
    pub fn body<A, C, T>(
        mut self,
        name: impl Into<String>,
        body: impl Fn(A) -> C + Send + Sync + 'static,
    ) -> Self
    where
        A: DeserializeOwned,
        C: Coroutine<Output = gen::Result<T>> + Send + 'static,
        T: Serialize + Send + 'static,
    {
        let name = name.into();
        let begin = move |arguments: &str, journal| {
            let arguments = serde_json::from_str(arguments);
            let coroutine = body(arguments.context("the recorded arguments have another type")?);
            let driver = Driver::new(coroutine, journal);
            let driven: Driven = Box::pin(async { Ok(Outcome::of(&driver.await?)) });
            Ok(driven)
        };
        assert!(!self.0.contains_key(&name), "there are two bodies of the name `{name}`");
        self.0.insert(name, Box::new(begin));
        self
    }

    /// The names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Begin> {
        self.0.get(name).map(|begin| &**begin)
    }
}

impl fmt::Debug for Bodies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}
