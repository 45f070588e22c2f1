//! `join` makes a future of a value that can only be yielded.

use std::future::{ready, Ready};
use std::time::Duration;

fn one() -> Ready<gen::Result<u8>> {
    ready(Ok(1))
}

async fn body() -> gen::Result<u8> {
    let second = Duration::from_secs(1);
    let mut sum = gen::with_timeout(second, one()).join().await?;
    sum += gen::with_timeout(second, one()).cancel(second).join().await?;
    sum += gen::shield(one()).join().await?;
    sum += gen::first_of([one()]).join().await?.1;
    sum += gen::limit(1, [one()]).join().await?[0];
    sum += gen::multi([one()]).join().await?[0];
    sum += gen::multi([one()]).settle().join().await?.into_iter().flatten().sum::<u8>();
    sum += gen::raw(one()).join().await??;
    Ok(sum)
}

fn main() {
    assert_eq!(gen::run_sync(gen::boxed(gen::shield(body()).join())).unwrap(), 8);
    assert_eq!(gen::run_sync(gen::multi([body()]).join()).unwrap(), [8]);
}
