//! The background parts of the shop, which a supervisor keeps running, and the probes of a cluster.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use r#gen::supervise::{Health, Supervised, SupervisorHandle};
use r#gen::{self as g, yield_};

use crate::Shop;
use crate::metrics::Metrics;

/// Starts the background parts. The task ends when it is cancelled, or when a part dies too often.
pub(crate) fn start(
    shop: &Arc<Shop>,
    metrics: Option<Metrics>,
) -> (SupervisorHandle<'static>, g::JoinHandle<()>) {
    let shop = shop.clone();
    let parts = g::supervise(|s| {
        s.child_with("warehouse", move |run| watch(shop.clone(), run));
        if let Some(metrics) = metrics {
            s.child("metrics", move || metrics.clone().keep_up());
        }
    });
    let handle = parts.handle();
    let running = g::spawn(async {
        match parts.await {
            Err(error) if !error.is::<g::Cancelled>() => {
                // The handle is read at the shutdown only, and an operator is to know it now.
                log::error!("the background has ended: {error:#}");
                Ok(())
            }
            ended => ended,
        }
    });
    (handle, running)
}

/// Is ready while a replica of the warehouse answers.
///
/// Without an answer this part does not fail: a new start of the shop would not help.
#[g::coroutine]
fn watch(shop: Arc<Shop>, run: Supervised) -> g::Result {
    let mut before = None;
    loop {
        let answers = yield_!(shop.has_replica())?;
        if answers {
            run.ready();
        } else {
            run.not_ready();
        }
        if before.replace(answers) != Some(answers) {
            log::info!("a replica of the warehouse answers: {answers}");
        }
        yield_!(g::sleep(shop.patience))?;
    }
}

/// `GET /health`: if not, the shop is to be started again. `GET /ready`: if not, it is to get no
/// customers for now.
pub(crate) fn probes(health: Health) -> Router {
    let probed = health.clone();
    Router::new()
        .route("/health", get(async move || answer(probed.is_healthy(), "healthy")))
        .route("/ready", get(async move || answer(health.is_ready(), "ready")))
}

fn answer(is_so: bool, what: &str) -> (StatusCode, String) {
    if is_so {
        (StatusCode::OK, what.to_owned())
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, format!("not {what}"))
    }
}
