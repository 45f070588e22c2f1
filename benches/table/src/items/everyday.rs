//! A call that is retried, limited in time, and let in by a bulkhead, beside the middleware of
//! tower-resilience and the retries of backon. The call succeeds at once, so the figures are what
//! the wrappers take when nothing goes wrong. Everything runs in a task of tokio, because the peers
//! need its timers.

use std::convert::Infallible;
use std::fmt::Debug;
use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tower::{service_fn, Layer, Service, ServiceExt};
use tower_resilience_bulkhead::BulkheadLayer;
use tower_resilience_retry::RetryLayer;
use tower_resilience_timelimiter::TimeLimiterLayer;

use crate::harness::{ours, peer, Entry, Meter, Runner};

const OPERATIONS: u64 = 200_000;
const MINUTE: Duration = Duration::from_secs(60);
const FIRST_WAIT: Duration = Duration::from_millis(50);
const PERMITS: usize = 10;

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The call of ours, and that of the peers.
async fn call() -> gen::Result<u32> {
    gen::Ok(black_box(1))
}

async fn call_of_peers(_request: ()) -> Result<u32, Infallible> {
    Ok(black_box(1))
}

/// Runs `$work` again and again, in a task.
macro_rules! repeat {
    ($runtime:expr, { $($set_up:tt)* } $work:expr) => {{
        let runtime: Rc<Runtime> = Rc::clone($runtime);
        move |meter: &mut Meter| {
            let work: Work = Box::pin(async {
                $($set_up)*
                for _ in 0..OPERATIONS {
                    let _ = black_box($work);
                }
            });
            meter.time(|| runtime.block_on(async { tokio::spawn(work).await.expect("nothing fails") }));
        }
    }};
}

/// Calls a service as a server does that shares it: a clone for each request.
async fn request<S>(service: &S) -> S::Response
where
    S: Service<(), Error: Debug> + Clone,
{
    service.clone().oneshot(()).await.expect("the call succeeds")
}

/// The service with retries.
fn retried<S, E>(service: S) -> impl Service<(), Response = u32, Error: Debug, Future: Send> + Clone + Send
where
    S: Service<(), Response = u32, Error = E, Future: Send> + Clone + Send + Sync + 'static,
    E: Debug + Clone + Send + Sync + 'static,
{
    RetryLayer::builder().max_attempts(6).exponential_backoff(FIRST_WAIT).build().layer(service)
}

fn retries(runtime: &Rc<Runtime>) -> Vec<Entry> {
    vec![
        ours(
            "`retry`",
            repeat!(runtime, {} {
                let schedule = gen::backoff(FIRST_WAIT).jitter().take(5);
                gen::retry(schedule, call).join().await
            }),
        ),
        peer(
            "backon",
            repeat!(runtime, {} {
                let schedule = ExponentialBuilder::new().with_min_delay(FIRST_WAIT).with_jitter().with_max_times(5);
                (|| call_of_peers(())).retry(schedule).await
            }),
        ),
        peer(
            "tower-resilience",
            repeat!(
                runtime,
                { let service = retried(service_fn(call_of_peers)); }
                request(&service).await
            ),
        ),
    ]
}

fn timeouts(runtime: &Rc<Runtime>) -> Vec<Entry> {
    vec![
        ours("`with_timeout`", repeat!(runtime, {} gen::with_timeout(MINUTE, call()).join().await)),
        peer("tokio", repeat!(runtime, {} tokio::time::timeout(MINUTE, call_of_peers(())).await)),
        peer(
            "tower-resilience",
            repeat!(
                runtime,
                {
                    let layer = TimeLimiterLayer::fast().timeout_duration(MINUTE).build();
                    let service = layer.layer(service_fn(call_of_peers));
                }
                request(&service).await
            ),
        ),
    ]
}

fn bulkheads(runtime: &Rc<Runtime>) -> Vec<Entry> {
    vec![
        ours(
            "`Semaphore`",
            repeat!(
                runtime,
                { let bulkhead = gen::sync::Semaphore::new(PERMITS); }
                {
                    let _permit = bulkhead.acquire().await;
                    call().await
                }
            ),
        ),
        peer(
            "tokio",
            repeat!(
                runtime,
                { let bulkhead = Semaphore::new(PERMITS); }
                {
                    let _permit = bulkhead.acquire().await;
                    call_of_peers(()).await
                }
            ),
        ),
        peer(
            "tower-resilience",
            repeat!(
                runtime,
                {
                    let layer = BulkheadLayer::builder().max_concurrent_calls(PERMITS).build();
                    let service = layer.expect("there are permits").layer(service_fn(call_of_peers));
                }
                request(&service).await
            ),
        ),
    ]
}

pub fn run(runner: &mut Runner) {
    let runtime = Rc::new(Builder::new_current_thread().enable_all().build().expect("a runtime"));
    runner.case("a call with retries", 1, OPERATIONS, retries(&runtime));
    runner.case("a call with a timeout", 1, OPERATIONS, timeouts(&runtime));
    runner.case("a call through a bulkhead", 1, OPERATIONS, bulkheads(&runtime));
}
