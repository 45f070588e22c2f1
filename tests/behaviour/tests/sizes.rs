//! A coroutine is not larger than the same `async fn`, at any depth.
//!
//! Every function is written twice: as an `async fn` that awaits, and as a coroutine that yields.
//! There is no other difference.

use std::future::{pending, ready, Future};

type Fallible<T> = gen::Result<T>;

/// Each lock, and each coroutine that waits for one, would have these bytes more.
#[test]
#[cfg(target_pointer_width = "64")]
fn a_lock_is_at_most_so_large() {
    use gen::sync::{Barrier, Condition, Event, Lock, RwLock, Semaphore};
    assert_eq!(size_of::<Event>(), 16);
    assert_eq!(size_of::<Condition>(), 16);
    assert_eq!(size_of::<Barrier>(), 24);
    assert_eq!(size_of::<Lock<()>>(), 80);
    assert_eq!(size_of::<RwLock<()>>(), 80);
    assert_eq!(size_of::<Semaphore>(), 80);
    let (lock, semaphore) = (Lock::new(()), Semaphore::new(1));
    assert_eq!(size_of_val(&lock.lock()), 32);
    assert_eq!(size_of_val(&semaphore.acquire()), 32);
    assert_eq!(size_of_val(&lock.try_lock().unwrap()), 8);
}

mod awaited {
    use super::*;

    pub(super) async fn ready_leaf<T>(value: T) -> Fallible<T> {
        ready(Ok(value)).await
    }

    pub(super) async fn pending_leaf<T>() -> Fallible<T> {
        pending().await
    }

    pub(super) async fn level<T, F>(inner: impl FnOnce() -> F) -> Fallible<T>
    where
        F: Future<Output = Fallible<T>>,
    {
        let value = inner().await?;
        Ok(value)
    }

    pub(super) async fn passes_arguments<T, F>(
        a: u64,
        b: String,
        inner: impl FnOnce(u64, String) -> F,
    ) -> Fallible<(u64, T)>
    where
        F: Future<Output = Fallible<T>>,
    {
        let value = inner(a, b).await?;
        Ok((a, value))
    }

    pub(super) async fn keeps_locals(a: u8, b: String, c: [u8; 64]) -> Fallible<usize> {
        let first: u8 = ready_leaf(a).await?;
        let second: u64 = pending_leaf().await?;
        let third: String = level(|| ready_leaf(b.clone())).await?;
        let fourth: [u8; 64] = level(pending_leaf).await?;
        ready(()).await;
        Ok(usize::from(first) + second as usize + third.len() + b.len() + usize::from(fourth[0] + c[0]))
    }

    pub(super) async fn in_a_loop(texts: Vec<String>) -> Fallible<Vec<u64>> {
        let mut all = Vec::new();
        for text in &texts {
            if text.is_empty() {
                pending_leaf::<()>().await?;
            }
            all.push(level(pending_leaf::<u64>).await?);
        }
        Ok(all)
    }
}

mod yielded {
    use super::*;
    use gen::yield_;

    #[gen::coroutine]
    pub(super) fn ready_leaf<T>(value: T) -> Fallible<T> {
        yield_!(ready(Fallible::Ok(value)))
    }

    #[gen::coroutine]
    pub(super) fn pending_leaf<T>() -> Fallible<T> {
        yield_!(pending::<Fallible<T>>())
    }

    #[gen::coroutine]
    pub(super) fn level<T, F>(inner: impl FnOnce() -> F) -> Fallible<T>
    where
        F: Future<Output = Fallible<T>>,
    {
        let value = yield_!(inner())?;
        Ok(value)
    }

    #[gen::coroutine]
    pub(super) fn passes_arguments<T, F>(
        a: u64,
        b: String,
        inner: impl FnOnce(u64, String) -> F,
    ) -> Fallible<(u64, T)>
    where
        F: Future<Output = Fallible<T>>,
    {
        let value = yield_!(inner(a, b))?;
        Ok((a, value))
    }

    #[gen::coroutine]
    pub(super) fn keeps_locals(a: u8, b: String, c: [u8; 64]) -> Fallible<usize> {
        let first: u8 = yield_!(ready_leaf(a))?;
        let second: u64 = yield_!(pending_leaf())?;
        let third: String = yield_!(level(|| ready_leaf(b.clone())))?;
        let fourth: [u8; 64] = yield_!(level(pending_leaf))?;
        yield_!(ready(()))?;
        Ok(usize::from(first) + second as usize + third.len() + b.len() + usize::from(fourth[0] + c[0]))
    }

    #[gen::coroutine]
    pub(super) fn in_a_loop(texts: Vec<String>) -> Fallible<Vec<u64>> {
        let mut all = Vec::new();
        for text in &texts {
            if text.is_empty() {
                yield_!(pending_leaf::<()>())?;
            }
            all.push(yield_!(level(pending_leaf::<u64>))?);
        }
        Ok(all)
    }
}

/// A leaf with as many levels around it as there are dots.
macro_rules! nested {
    ($functions:ident, [] $leaf:expr) => { $leaf };
    ($functions:ident, [. $($more:tt)*] $leaf:expr) => { $functions::level(|| nested!($functions, [$($more)*] $leaf)) };
}

/// Asserts the sizes of a leaf at several depths; `functions` stands for the module.
macro_rules! no_larger {
    ($name:literal, $functions:ident => $leaf:expr) => {
        no_larger!(@depth $name, "a leaf", [], $functions, $leaf);
        no_larger!(@depth $name, "1 level", [.], $functions, $leaf);
        no_larger!(@depth $name, "3 levels", [. . .], $functions, $leaf);
        no_larger!(@depth $name, "10 levels", [. . . . . . . . . .], $functions, $leaf);
    };
    (@depth $name:literal, $depth:literal, $levels:tt, $functions:ident, $leaf:expr) => {
        let awaited = {
            use awaited as $functions;
            size_of_val(&nested!($functions, $levels $leaf))
        };
        let yielded = {
            use yielded as $functions;
            size_of_val(&nested!($functions, $levels $leaf))
        };
        println!("{}, {}: {yielded} bytes, as an `async fn` {awaited}", $name, $depth);
        assert!(yielded <= awaited, "{}, {}: {yielded} bytes, as an `async fn` {awaited}", $name, $depth);
    };
}

#[test]
fn a_chain_above_a_ready_leaf() {
    no_larger!("u8", functions => functions::ready_leaf(1_u8));
    no_larger!("u64", functions => functions::ready_leaf(1_u64));
    no_larger!("String", functions => functions::ready_leaf(String::new()));
    no_larger!("[u8; 64]", functions => functions::ready_leaf([0_u8; 64]));
}

#[test]
fn a_chain_above_a_suspending_leaf() {
    no_larger!("u8", functions => functions::pending_leaf::<u8>());
    no_larger!("u64", functions => functions::pending_leaf::<u64>());
    no_larger!("String", functions => functions::pending_leaf::<String>());
    no_larger!("[u8; 64]", functions => functions::pending_leaf::<[u8; 64]>());
}

#[test]
fn a_chain_with_arguments() {
    no_larger!("arguments", functions => functions::passes_arguments(1, String::new(), |_, _| functions::pending_leaf::<u8>()));
    no_larger!("arguments twice", functions => functions::passes_arguments(1, String::new(), |a, b| {
        functions::passes_arguments(a, b, |a, _| functions::ready_leaf(a))
    }));
}

#[test]
fn a_body_with_several_yields_and_locals_across_them() {
    no_larger!("locals", functions => functions::keeps_locals(1, String::new(), [0; 64]));
    no_larger!("a loop", functions => functions::in_a_loop(Vec::new()));
}
