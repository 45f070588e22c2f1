//! A [`StepFailed`] as the server keeps it.
//!
//! Its code and its text are those that the pages of the server show. All else of it, such as its
//! payload, is JSON in the metadata of the failure. So a replay gives the error of the first run.
//! The metadata is there also if nothing else is in the failure, so that a failure of a coroutine
//! is never taken for one of the server.

use gen_durable::StepFailed;
use restate_sdk_shared_core::TerminalFailure;
use serde_json::{Map, Value};

/// The key of the metadata.
pub(crate) const REST: &str = "gen";

/// Describes a failure to the server.
pub(crate) fn to_restate(failed: &StepFailed) -> TerminalFailure {
    let mut rest = match serde_json::to_value(failed) {
        Ok(Value::Object(rest)) => rest,
        _ => Map::new(),
    };
    rest.remove("code");
    rest.remove("message");
    let metadata = vec![(REST.into(), Value::Object(rest).to_string())];
    TerminalFailure { code: failed.code(), message: failed.to_string(), metadata }
}

/// The failure that the server has kept. Another program may have written it.
pub(crate) fn of_restate(failure: TerminalFailure) -> StepFailed {
    let TerminalFailure { code, message, metadata } = failure;
    let rest = metadata.into_iter().find(|(key, _)| key == REST);
    of_parts(code, message, rest.as_ref().map(|(_, rest)| rest.as_str()))
}

/// The failure with this code, text and metadata.
pub(crate) fn of_parts(code: u16, message: String, rest: Option<&str>) -> StepFailed {
    let rest = rest.and_then(|rest| serde_json::from_str(rest).ok());
    let mut whole: Map<String, Value> = rest.unwrap_or_default();
    whole.insert("code".into(), code.into());
    whole.insert("message".into(), message.clone().into());
    let failed = serde_json::from_value(Value::Object(whole));
    failed.unwrap_or_else(|_| StepFailed::new(message).with_code(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_payload_and_permanence_of_an_error_survive() {
        let plain = StepFailed::new("no such card");
        let whole = plain.clone().with_code(402).with_payload(&[1, 2]).into_permanent();
        for failed in [plain, whole] {
            assert_eq!(of_restate(to_restate(&failed)), failed);
        }
    }

    #[test]
    fn a_failure_of_another_program_is_read_as_far_as_it_can_be() {
        let metadata = vec![("gen".into(), r#"{"payload": 7}"#.into()), ("other".into(), "x".into())];
        let failure = TerminalFailure { code: 404, message: "no".into(), metadata };
        assert_eq!(of_restate(failure), StepFailed::new("no").with_code(404));
    }
}
