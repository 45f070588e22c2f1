//! The manifest: the answer to a server that asks for the workflows.

use std::time::Duration;

use serde_json::{json, Value};

use crate::journal::RUN;
use crate::signal_handler::SIGNAL;

/// The versions of the manifest, the newest first. Version 3 has the first timeouts.
const CONTENT_TYPES: [&str; 2] =
    ["application/vnd.restate.endpointmanifest.v4+json", "application/vnd.restate.endpointmanifest.v3+json"];

/// The versions of the protocol of invocations: the first one whose failures have metadata, and the
/// last one whose rules this library knows.
pub(crate) const PROTOCOL: (u16, u16) = (6, 7);

/// The newest manifest that a server accepts. `None` if it accepts none that we can write.
pub(crate) fn content_type(accept: Option<&str>) -> Option<&'static str> {
    let Some(accept) = accept.filter(|accept| *accept != "*/*") else { return Some(CONTENT_TYPES[1]) };
    CONTENT_TYPES.into_iter().find(|known| accept.contains(known))
}

/// Describes the workflows of these names.
pub(crate) fn manifest<'a>(names: impl Iterator<Item = &'a str>, suspend_after: Option<Duration>) -> String {
    let services: Vec<Value> = names.map(|name| service(name, suspend_after)).collect();
    let (min, max) = PROTOCOL;
    let manifest = json!({
        "protocolMode": "BIDI_STREAM",
        "minProtocolVersion": min,
        "maxProtocolVersion": max,
        "services": services,
    });
    manifest.to_string()
}

fn service(name: &str, suspend_after: Option<Duration>) -> Value {
    let mut service = json!({
        "name": name,
        "ty": "WORKFLOW",
        "handlers": [handler(RUN, "WORKFLOW"), handler(SIGNAL, "SHARED")],
    });
    if let Some(time) = suspend_after {
        service["inactivityTimeout"] = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).into();
    }
    service
}

fn handler(name: &str, kind: &str) -> Value {
    json!({
        "name": name,
        "ty": kind,
        "input": { "contentType": "application/json", "required": false },
        "output": { "contentType": "application/json", "setContentTypeIfEmpty": false },
    })
}
