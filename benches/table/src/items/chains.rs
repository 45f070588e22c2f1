//! Chains of coroutines and of `async fn`s. Each chain has functions of its own, because a function
//! that two rows share is inlined differently.

use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::task::Context;

use crate::fixtures::{poll_to_end, unit_waker, yield_now};
use crate::harness::{ours, peer, Meter, Runner};

const CALLS: u64 = 1_000_000;

fn resume<T>(meter: &mut Meter, chain: Pin<Box<dyn Future<Output = T>>>) {
    let mut chain = black_box(chain);
    let waker = unit_waker();
    meter.time(|| {
        let mut cx = Context::from_waker(&waker);
        while chain.as_mut().poll(&mut cx).is_pending() {}
    });
}

/// A module with `calls`, which calls a ready chain, and with `resumes`, whose leaf suspends. The
/// body of each level has a value that lives across its yield.
macro_rules! coroutines {
    ($module:ident: $($outer:ident -> $inner:ident),*; $outermost:ident) => {
        mod $module {
            use super::*;

            #[gen::coroutine]
            fn leaf(x: u64) -> gen::Result<u64> {
                Ok(black_box(x))
            }
            $(
                #[gen::coroutine]
                fn $outer(x: u64) -> gen::Result<u64> {
                    Ok(gen::yield_!($inner(x))? + 1)
                }
            )*
            #[gen::coroutine]
            fn all() -> gen::Result<u64> {
                let mut sum = 0_u64;
                for i in 0..CALLS {
                    sum = sum.wrapping_add(gen::yield_!($outermost(black_box(i)))?);
                }
                Ok(black_box(sum))
            }

            pub fn calls(meter: &mut Meter) {
                meter.time(|| poll_to_end(all())).unwrap();
            }

            mod suspending {
                use super::*;

                #[gen::coroutine]
                fn leaf(x: u64) -> gen::Result<u64> {
                    for _ in 0..CALLS {
                        gen::yield_!(yield_now())?;
                    }
                    Ok(x)
                }
                $(
                    #[gen::coroutine]
                    fn $outer(x: u64) -> gen::Result<u64> {
                        let kept = black_box(1_u64);
                        let result = gen::yield_!($inner(x))?;
                        black_box(kept);
                        Ok(result + 1)
                    }
                )*
                pub fn resumes(meter: &mut Meter) {
                    resume(meter, Box::pin($outermost(1)));
                }
            }
            pub use suspending::resumes;
        }
    };
}

/// The same for `async fn`s.
macro_rules! async_fns {
    ($module:ident: $($outer:ident -> $inner:ident),*; $outermost:ident) => {
        mod $module {
            use super::*;

            async fn leaf(x: u64) -> gen::Result<u64> {
                Ok(black_box(x))
            }
            $(
                async fn $outer(x: u64) -> gen::Result<u64> {
                    Ok($inner(x).await? + 1)
                }
            )*
            async fn all() -> gen::Result<u64> {
                let mut sum = 0_u64;
                for i in 0..CALLS {
                    sum = sum.wrapping_add($outermost(black_box(i)).await?);
                }
                Ok(black_box(sum))
            }

            pub fn calls(meter: &mut Meter) {
                meter.time(|| poll_to_end(all())).unwrap();
            }

            mod suspending {
                use super::*;

                async fn leaf(x: u64) -> gen::Result<u64> {
                    for _ in 0..CALLS {
                        yield_now().await;
                    }
                    Ok(x)
                }
                $(
                    async fn $outer(x: u64) -> gen::Result<u64> {
                        let kept = black_box(1_u64);
                        let result = $inner(x).await?;
                        black_box(kept);
                        Ok(result + 1)
                    }
                )*
                pub fn resumes(meter: &mut Meter) {
                    resume(meter, Box::pin($outermost(1)));
                }
            }
            pub use suspending::resumes;
        }
    };
}

coroutines!(coroutine1: d1 -> leaf; d1);
coroutines!(coroutine10: d1 -> leaf, d2 -> d1, d3 -> d2, d4 -> d3, d5 -> d4, d6 -> d5, d7 -> d6, d8 -> d7,
    d9 -> d8, d10 -> d9; d10);
async_fns!(async_fn1: d1 -> leaf; d1);
async_fns!(async_fn10: d1 -> leaf, d2 -> d1, d3 -> d2, d4 -> d3, d5 -> d4, d6 -> d5, d7 -> d6, d8 -> d7,
    d9 -> d8, d10 -> d9; d10);

pub fn run(runner: &mut Runner) {
    let entries = || vec![ours("coroutine", coroutine1::calls), peer("async fn", async_fn1::calls)];
    runner.case("call a chain that is ready", 1, CALLS, entries());
    let entries = || vec![ours("coroutine", coroutine10::calls), peer("async fn", async_fn10::calls)];
    runner.case("call a chain that is ready", 10, CALLS, entries());
    let entries = || vec![ours("coroutine", coroutine1::resumes), peer("async fn", async_fn1::resumes)];
    runner.case("resume a chain", 1, CALLS, entries());
    let entries = || vec![ours("coroutine", coroutine10::resumes), peer("async fn", async_fn10::resumes)];
    runner.case("resume a chain", 10, CALLS, entries());
}
