//! `GET /metrics`: at which line do the requests wait, how long, and how often does it fail?
//!
//! The handlers measure their coroutines always. Without a recorder, which only the first use of
//! [`Metrics`] installs, this counts nothing.

use std::sync::LazyLock;
use std::time::Duration;

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use r#gen::metrics::YIELD_WAIT;
use r#gen::{self as g, yield_};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// The bounds of the buckets of the waits, in seconds.
const BUCKETS: [f64; 6] = [0.001, 0.01, 0.1, 1.0, 10.0, 100.0];

/// Observed waits take memory until they are put into their buckets: by a page, or after this time.
const UPKEEP: Duration = Duration::from_secs(5);

/// The metrics of this process, which has one recorder.
#[derive(Clone)]
pub(crate) struct Metrics(PrometheusHandle);

impl Metrics {
    /// Installs the recorder, if this is the first call.
    pub(crate) fn install() -> Self {
        static INSTALLED: LazyLock<PrometheusHandle> = LazyLock::new(|| {
            let waits = Matcher::Full(YIELD_WAIT.to_owned());
            let builder = PrometheusBuilder::new().set_buckets_for_metric(waits, &BUCKETS);
            let installed = builder.expect("there are buckets").install_recorder();
            installed.expect("no other recorder is installed")
        });
        Metrics(INSTALLED.clone())
    }

    /// The page, in the text format of Prometheus.
    pub(crate) fn page(&self) -> impl IntoResponse + use<> {
        ([(CONTENT_TYPE, "text/plain; version=0.0.4")], self.0.render())
    }

    /// Does the upkeep for ever.
    #[g::coroutine]
    pub(crate) fn keep_up(self) -> g::Result {
        let mut ticks = g::every(UPKEEP);
        loop {
            yield_!(ticks.next())?;
            self.0.run_upkeep();
        }
    }
}
