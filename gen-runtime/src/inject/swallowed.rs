//! The report of a swallowed cancellation, which a [`Watch`] has noticed.

use super::in_flight::Thrown;
use super::watch::Watch;
use crate::report;
use crate::report::contain;

/// Called after a pending poll of `body_name`. If the watch in `thrown` has noticed a swallowed
/// cancellation, reports it and drops the watch.
#[cold]
pub(crate) fn report_swallowed(body_name: &str, thrown: &mut Option<Thrown>) {
    let seen = thrown.take_if(|thrown| matches!(thrown, Thrown::Watch(watch) if watch.seen.is_some()));
    if let Some(Thrown::Watch(Watch { reason, by, seen: Some(site), .. })) = seen {
        contain("the logger", || {
            report::warning(format_args!(
                "{body_name} waits again at the yield that took its cancellation, at {site} \
                 ({reason}; cancelled at {by}): was the cancellation swallowed?"
            ));
        });
    }
}
