//! The three phases of a bracket, one after the other.

use std::future::Future;

use super::acquire::Acquiring;
use super::exit::Exit;
use super::held::{Held, Stage};
use super::outcome::outcome;
use super::releasing::Releasing;
use super::using::{Used, Using};
use crate::yieldable::{FutureOfResult, Opened};
use crate::{Result, Throw};

/// Acquires, uses and releases a resource. If it is dropped in between, `abandon` gets the
/// resource, or the release that has begun.
pub(super) async fn run<A, U, R, T, E, EA, M, MA, F, P>(
    acquire: A,
    use_it: U,
    release: F,
    abandon: fn(Stage<R, F, P>),
) -> Result<T>
where
    A: FutureOfResult<R, EA>,
    U: AsyncFnOnce(&mut R) -> Result<T, E>,
    F: FnOnce(R, Exit) -> P,
    P: Future<Output = Result>,
    E: Throw<M>,
    EA: Throw<MA>,
{
    let (resource, cancelled) = Acquiring::new(Opened::<_, MA>::new(acquire.into_future())).await?;
    let mut held = Held::new(resource, release, abandon);
    let used = match cancelled {
        Some(error) => Used::Ended(Err(error)),
        None => {
            let resource = held.resource();
            // In a block, because a call of `use_it` may panic.
            Using::<_, U>::new(async { use_it(resource).await.map_err(Throw::throw) }).await
        }
    };
    let released = Releasing::new(&mut held, used.exit()).await;
    outcome(used, released)
}
