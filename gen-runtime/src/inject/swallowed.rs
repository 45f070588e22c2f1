//! What is reported when a cancellation was swallowed; [`Watch`] notices it.

use super::in_flight::Thrown;
use super::watch::Watch;
use crate::report;
use crate::report::contain;

/// After a poll that left `what` suspended: if it was seen where its cancellation was swallowed, this is reported, and looked for no more.
#[cold]
pub(crate) fn report_swallowed(what: &str, thrown: &mut Option<Thrown>) {
    let seen = thrown.take_if(|thrown| matches!(thrown, Thrown::Watch(watch) if watch.seen.is_some()));
    if let Some(Thrown::Watch(Watch { reason, by, seen: Some(site), .. })) = seen {
        contain("the logger", || {
            report::warning(format_args!(
                "{what} waits again at the yield that took its cancellation, at {site} \
                 ({reason}; cancelled at {by}): was the cancellation swallowed?"
            ));
        });
    }
}
