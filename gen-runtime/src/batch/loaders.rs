//! [`Batch`], [`SingleFlight`], and their siblings for one thread.

use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::answers::Answers;
use super::board::Outcome;
use super::call::Calling;
use super::entry::Entry;
use super::load::{Load, Loading, LocalLoad};
use super::loader::{Loader, LocalStart, SendStart, Settings};
use crate::error::Throw;
use crate::executor::host::{inheriting_only, to_inherit_later};
use crate::task::{spawn, spawn_local};
use crate::yieldable::FutureOfResult;
use crate::Result;

/// The result of each key, from the output of the function of a batch.
fn results_of_batch<A, E, M, N, K>(
    output: Result<A, E>,
    keys: &[Arc<Entry<K, A::Value>>],
) -> Outcome<A::Value>
where
    A: Answers<K, N>,
    E: Throw<M>,
{
    output.map_err(Throw::throw)?.results(keys.iter().map(|entry| &entry.key))
}

/// The same for a single flight, whose calls have one key.
fn results_of_single_flight<V, E, M, K>(output: Result<V, E>, _: &[Arc<Entry<K, V>>]) -> Outcome<V>
where
    E: Throw<M>,
{
    output.map_err(Throw::throw).map(|value| vec![Ok(value)])
}

/// Begins the call of a single flight with its only key.
fn with_only<K, P>(function: impl FnOnce(K) -> P) -> impl FnOnce(Vec<K>) -> P {
    |mut keys| function(keys.pop().expect("the call has a key"))
}

macro_rules! loaders {
    (
        $batch:ident, $single_flight:ident, $load:ident, $start:ident, $spawn:ident, [$($send:ident)?] [$($sync:ident)?];
        $(#[$batch_fn_doc:meta])* $batch_fn:ident;
        $(#[$single_flight_fn_doc:meta])* $single_flight_fn:ident;
        $(#[$batch_doc:meta])*;
        $(#[$single_flight_doc:meta])*;
    ) => {
        $(#[$batch_fn_doc])*
        #[track_caller]
        pub fn $batch_fn<K, F, P, A, E, M, N>(function: F) -> $batch<K, A::Value>
        where
            K: Hash + Eq + Clone $(+ $send)? $(+ $sync)? + 'static,
            F: Fn(Vec<K>) -> P $(+ $send)? $(+ $sync)? + 'static,
            P: FutureOfResult<A, E>,
            P::IntoFuture: Future $(+ $send)? + 'static,
            A: Answers<K, N> + 'static,
            A::Value: Clone $(+ $send)? $(+ $sync)? + 'static,
            E: Throw<M> + 'static,
            M: 'static,
            N: 'static,
        {
            let (function, inherited) = (Arc::new(function), to_inherit_later());
            let start = move |ticket, until| {
                let function = Arc::clone(&function);
                let begin = move |keys| (*function)(keys).into_future();
                let call = Calling::new(ticket, until, begin, results_of_batch::<A, E, M, N, K>);
                // It is made for all of its loads, not for the first one.
                inheriting_only(inherited.as_ref(), || $spawn(call))
            };
            let loader = Loader::new("a batch", Location::caller(), start);
            $batch { loader: Arc::new(loader), settings: Settings::OF_BATCH }
        }

        $(#[$single_flight_fn_doc])*
        #[track_caller]
        pub fn $single_flight_fn<K, F, P, V, E, M>(function: F) -> $single_flight<K, V>
        where
            K: Hash + Eq + Clone $(+ $send)? $(+ $sync)? + 'static,
            F: Fn(K) -> P $(+ $send)? $(+ $sync)? + 'static,
            P: FutureOfResult<V, E>,
            P::IntoFuture: Future $(+ $send)? + 'static,
            V: Clone $(+ $send)? $(+ $sync)? + 'static,
            E: Throw<M> + 'static,
            M: 'static,
        {
            let (function, inherited) = (Arc::new(function), to_inherit_later());
            let start = move |ticket, until| {
                let function = Arc::clone(&function);
                let begin = with_only(move |key| (*function)(key).into_future());
                let call = Calling::new(ticket, until, begin, results_of_single_flight::<V, E, M, K>);
                // It is made for all of its loads, not for the first one.
                inheriting_only(inherited.as_ref(), || $spawn(call))
            };
            let loader = Loader::new("a single flight", Location::caller(), start);
            $single_flight { loader: Arc::new(loader) }
        }

        $(#[$batch_doc])*
        pub struct $batch<K, V> {
            loader: Arc<Loader<K, V, $start<K, V>>>,
            settings: Settings,
        }

        impl<K, V> $batch<K, V> {
            /// A call has at most so many keys. When it has them, it waits no longer for others,
            /// and the next key begins another call.
            ///
            /// # Panics
            ///
            /// If it is 0.
            #[track_caller]
            pub fn max(mut self, keys: usize) -> Self {
                assert!(keys > 0, "a call with at most 0 keys could load nothing");
                self.settings.max = keys;
                self
            }

            /// A call waits so long for more keys, counted from its first key. Without this it
            /// waits until the next turn, or until the poll that asked for the first key has
            /// returned.
            ///
            /// A longer window makes larger and fewer calls, and each load slower. Where there is
            /// no timer, each load fails with [`NoHost`](crate::NoHost).
            pub fn window(mut self, window: Duration) -> Self {
                self.settings.window = Some(window);
                self
            }

            /// Returns the future of the value of a key. It asks for the key in its first poll.
            ///
            /// # Errors
            ///
            /// As [`batch`](crate::batch()) says.
            ///
            /// # Cancellation
            ///
            /// Dropping the future gives up its part of the call, as [`batch`](crate::batch())
            /// says.
            pub fn load(&self, key: K) -> $load<K, V> {
                $load(Loading::new(Arc::clone(&self.loader) as _, self.settings, key))
            }

            /// Loads of that key that are asked for from now on do not share the result of a call
            /// that is in flight.
            ///
            /// It is for code that has changed the value: a call that has begun before may give the
            /// value before the change. The loads of that call still get its result. A call that
            /// still gathers keys reads the value after the change, so it is shared all the same.
            pub fn forget(&self, key: &K)
            where
                K: Hash + Eq,
            {
                self.loader.board.forget(self.loader.hash(key), key);
            }
        }

        // A clone is the same batch.
        impl<K, V> Clone for $batch<K, V> {
            fn clone(&self) -> Self {
                $batch { loader: Arc::clone(&self.loader), settings: self.settings }
            }
        }

        impl<K, V> fmt::Debug for $batch<K, V> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($batch))
                    .field("max", &self.settings.max)
                    .field("window", &self.settings.window)
                    .finish_non_exhaustive()
            }
        }

        $(#[$single_flight_doc])*
        pub struct $single_flight<K, V> {
            loader: Arc<Loader<K, V, $start<K, V>>>,
        }

        impl<K, V> $single_flight<K, V> {
            /// Returns the future of the value of a key. Its first poll calls the function, or
            /// joins the call for an equal key that is in flight.
            ///
            /// # Errors
            ///
            /// As [`single_flight`](crate::single_flight()) says.
            ///
            /// # Cancellation
            ///
            /// Dropping the future gives up its part of the call, as [`batch`](crate::batch())
            /// says.
            pub fn load(&self, key: K) -> $load<K, V> {
                $load(Loading::new(Arc::clone(&self.loader) as _, Settings::OF_SINGLE_FLIGHT, key))
            }

            /// Loads of that key that are asked for from now on do not join a call that is in
            /// flight.
            ///
            /// It is for code that has changed the value: a call that has begun before may give the
            /// value before the change. The loads of that call still get its result.
            pub fn forget(&self, key: &K)
            where
                K: Hash + Eq,
            {
                self.loader.board.forget(self.loader.hash(key), key);
            }
        }

        // A clone is the same single flight.
        impl<K, V> Clone for $single_flight<K, V> {
            fn clone(&self) -> Self {
                $single_flight { loader: Arc::clone(&self.loader) }
            }
        }

        impl<K, V> fmt::Debug for $single_flight<K, V> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($single_flight)).finish_non_exhaustive()
            }
        }
    };
}

loaders! {
    Batch, SingleFlight, Load, SendStart, spawn, [Send] [Sync];

    /// Makes one call of the loads that are asked for at the same time.
    ///
    /// Code that needs one value at a time is easy to write, and slow where each value costs a
    /// round trip. With a batch it stays as it is: each [`load`](Batch::load) asks for one key, and
    /// the function gets the keys of all loads that were asked for in the same step. They may be
    /// children of one list, or be in different tasks and on different threads.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::collections::HashMap;
    ///
    /// #[gen::coroutine]
    /// fn fetch_users(ids: Vec<u32>) -> gen::Result<HashMap<u32, String>> {
    ///     println!("select .. where id in {ids:?}");
    ///     yield_!(gen::moment())?;
    ///     Ok(ids.into_iter().map(|id| (id, format!("user {id}"))).collect())
    /// }
    ///
    /// #[gen::coroutine]
    /// fn title(users: gen::Batch<u32, String>, author: u32) -> gen::Result<String> {
    ///     let author = yield_!(users.load(author))?;
    ///     Ok(format!("by {author}"))
    /// }
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<[String; 3]> {
    ///     let users = gen::batch(fetch_users).max(100);
    ///     // Prints "select .. where id in [7, 8]", once.
    ///     yield_!([7, 8, 7].map(|author| title(users.clone(), author)))
    /// }
    /// assert_eq!(gen::run_sync(body()).unwrap(), ["by user 7", "by user 8", "by user 7"]);
    /// ```
    ///
    /// # The call
    ///
    /// The first load begins to gather keys, and the function is called with them in the next turn
    /// of the loop. Until then all tasks that are ready have run.
    ///
    /// On another executor the function is called when the poll that asked for the first key has
    /// returned. This is the poll of the whole task, which also polls the other children of a list.
    /// So the loads of one list are one call, even if another thread is free. The batch knows that
    /// the poll has returned when the first load is polled again, for which the load wakes its
    /// task, or is dropped. If neither happens, the call waits for a tenth of a second, or where
    /// there is no timer, until its own task is polled again.
    ///
    /// With [`window`](Batch::window) it waits longer for keys, and with [`max`](Batch::max) a call
    /// that is full waits for no more. The keys are in the order in which they were asked for
    /// first, and each of them is there once. Several calls may be in flight at once.
    ///
    /// The function runs in a task of its own, which the first load spawns where it is. So the end
    /// of one load does not harm the others. But the loop of the first load must go on: if it stops
    /// and is kept, the loads on other loops wait until it runs again.
    /// [`batch_local`](crate::batch_local) is for functions that are not `Send`.
    ///
    /// The function sees none of the [locals](crate::Local) and deadlines around the loads, because
    /// its call is for all of them. It sees the inherited ones around this call: if it needs
    /// something of a request, make a batch for the request, or put that into the key.
    ///
    /// # The answer
    ///
    /// The function returns a future of one of these, in a `Result`:
    ///
    /// | answer | the result of a key |
    /// |---|---|
    /// | a `HashMap` or a `BTreeMap` | its value; [`MissingKeyError`](crate::MissingKeyError), if the map does not have the key. Other keys in the map are left out |
    /// | a `Vec` of `Result`s | that at the place of the key. If there is not one for each key, each load fails with [`AnswerCountError`](crate::AnswerCountError) |
    ///
    /// So a key that may have no value has an `Option` as its value.
    ///
    /// # Equal keys
    ///
    /// Loads of equal keys share one result, of which each gets a clone, also if the call is in
    /// flight already. Nothing is kept when the call is over: a batch is no cache, and fits in
    /// front of one. After a change of the value call [`forget`](Batch::forget).
    ///
    /// # Errors
    ///
    /// An error of the whole call is that of each load. If the function panics, it is
    /// [`Panicked`](crate::Panicked). Where no task can be spawned, it is
    /// [`NoHost`](crate::NoHost), and if the loop of the task is dropped,
    /// [`LoopClosed`](crate::LoopClosed). An error that none of its loads has read is logged.
    ///
    /// # Cancellation
    ///
    /// A load that is cancelled or dropped leaves the call. A key for which no load is left is not
    /// asked for, if the function was not called yet. A call in flight goes on as long as one of
    /// its loads is left. Then its task is [cancelled](crate::JoinHandle::cancel), and may clean
    /// up.
    #[doc(alias("DataLoader", "dataloader", "coalesce"))]
    batch;

    /// Makes one call of the loads of equal keys that overlap.
    ///
    /// The first [`load`](SingleFlight::load) of a key calls the function at once. Further loads of
    /// an equal key join that call until it is over, and get a clone of its result or its error. So
    /// when a popular entry of a cache expires, it is fetched once, and not by each of a thousand
    /// requests.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::sync::atomic::{AtomicU32, Ordering};
    ///
    /// static FETCHED: AtomicU32 = AtomicU32::new(0);
    ///
    /// #[gen::coroutine]
    /// fn fetch(path: &'static str) -> gen::Result<String> {
    ///     FETCHED.fetch_add(1, Ordering::Relaxed);
    ///     yield_!(gen::moment())?;
    ///     Ok(format!("the page {path}"))
    /// }
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result {
    ///     let pages = gen::single_flight(fetch);
    ///     let both = yield_!([pages.load("/"), pages.load("/")])?;
    ///     assert_eq!(both, ["the page /", "the page /"]);
    ///     assert_eq!(FETCHED.load(Ordering::Relaxed), 1);
    ///     Ok(())
    /// }
    /// gen::run_sync(body()).unwrap();
    /// ```
    ///
    /// Everything else is as with a [`batch`](crate::batch()): the function runs in a task of its
    /// own, nothing is kept when the call is over, and a call for which no load is left is
    /// cancelled. [`single_flight_local`](crate::single_flight_local) is for functions that are not
    /// `Send`.
    ///
    /// # In front of a cache
    ///
    /// A cache keeps values, and a single flight keeps two tasks from fetching the same one. [Fetch
    /// it once](crate::guide::everyday#fetch-it-once) in the guide has both, with the crate `moka`.
    ///
    /// # Errors
    ///
    /// Those of the function, and those of a [`batch`](crate::batch()).
    ///
    /// # Cancellation
    ///
    /// As of a [`batch`](crate::batch()).
    #[doc(alias("singleflight", "coalesce", "dedupe"))]
    single_flight;

    /// Makes one call of many loads: made by [`batch`](crate::batch()).
    ///
    /// It is `Send` and `Sync`, and its clones are the same batch. So it can be kept in the state
    /// of a server, or be made for each request.
    #[must_use = "nothing is loaded without a `load`"];

    /// Makes one call of the loads of equal keys that overlap: made by
    /// [`single_flight`](crate::single_flight()).
    ///
    /// It is `Send` and `Sync`, and its clones are the same single flight.
    #[must_use = "nothing is loaded without a `load`"];
}

loaders! {
    LocalBatch, LocalSingleFlight, LocalLoad, LocalStart, spawn_local, [] [];

    /// As [`batch`](crate::batch()), with a function, keys and values that need not be `Send`.
    ///
    /// Its calls are tasks that stay on this thread: see [`spawn_local`](crate::spawn_local).
    ///
    /// ```
    /// use gen::yield_;
    /// use std::rc::Rc;
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<Rc<str>> {
    ///     let names = gen::batch_local(|ids: Vec<u32>| async {
    ///         let name = |id| gen::Ok(Rc::from(format!("user {id}")));
    ///         gen::Ok(ids.into_iter().map(name).collect::<Vec<_>>())
    ///     });
    ///     yield_!(names.load(7))
    /// }
    /// assert_eq!(&*gen::run_sync(body()).unwrap(), "user 7");
    /// ```
    ///
    /// # Errors
    ///
    /// As of [`batch`](crate::batch()).
    ///
    /// # Cancellation
    ///
    /// As of [`batch`](crate::batch()).
    batch_local;

    /// As [`single_flight`](crate::single_flight()), with a function, keys and values that need not
    /// be `Send`.
    ///
    /// Its calls are tasks that stay on this thread: see [`spawn_local`](crate::spawn_local).
    ///
    /// # Errors
    ///
    /// As of [`single_flight`](crate::single_flight()).
    ///
    /// # Cancellation
    ///
    /// As of [`single_flight`](crate::single_flight()).
    single_flight_local;

    /// A [`Batch`](crate::Batch) that stays on its thread: made by
    /// [`batch_local`](crate::batch_local).
    #[must_use = "nothing is loaded without a `load`"];

    /// A [`SingleFlight`](crate::SingleFlight) that stays on its thread: made by
    /// [`single_flight_local`](crate::single_flight_local).
    #[must_use = "nothing is loaded without a `load`"];
}
