//! [`Reply`]: the reply of a server, and its meaning.

use bytes::Bytes;
use gen_durable::StepFailed;
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde::Deserialize;

use crate::client::request::Run;
use crate::error::ClientError;
use crate::failure;

/// The status of a result that is not there yet.
const NOT_READY: u16 = 470;

pub(super) struct Reply {
    status: StatusCode,
    body: Bytes,
}

impl Reply {
    pub(super) fn new(status: StatusCode, body: Bytes) -> Self {
        Reply { status, body }
    }

    pub(super) fn is_conflict(&self) -> bool {
        self.status == StatusCode::CONFLICT
    }

    /// Whether the run was not there before, of a request that starts it.
    pub(super) fn accepted_as_new(self) -> gen::Result<bool> {
        #[derive(Deserialize)]
        struct Sent {
            status: Option<String>,
        }
        if self.is_conflict() {
            return Ok(false);
        }
        let sent: Sent = self.accepted()?.json()?;
        Ok(sent.status.as_deref() != Some("PreviouslyAccepted"))
    }

    pub(super) fn is_not_found(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    pub(super) fn is_not_ready(&self) -> bool {
        self.status.as_u16() == NOT_READY
    }

    /// Whether a run has ended with that status, or the server says so though there is no run.
    pub(super) fn is_not_found_of_run(&self) -> bool {
        self.is_not_found() && self.failed().is_some_and(|failed| failed.is_of_run())
    }

    /// The reply, if the server has done what it was asked for.
    pub(super) fn accepted(self) -> Result<Self, ClientError> {
        match self.status.is_success() {
            true => Ok(self),
            false => Err(self.refused()),
        }
    }

    pub(super) fn json<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_slice(&self.body)
    }

    /// The result of the run, for which the ingress was asked.
    pub(super) fn end_of<T: DeserializeOwned>(self, run: Run<'_>) -> gen::Result<T> {
        if self.status.is_success() {
            let json: &[u8] = if self.body.is_empty() { b"null" } else { &self.body };
            return Ok(serde_json::from_slice(json)?);
        }
        Err(match self.failed() {
            Some(failed) if failed.is_of_run() => failed.into_step_failed(self.status).into(),
            Some(failed) if failed.is_no_run() => run.is_missing().into(),
            _ => self.refused().into(),
        })
    }

    fn refused(&self) -> ClientError {
        let message = match self.failed() {
            Some(failed) => failed.message,
            None => String::from_utf8_lossy(&self.body).into_owned(),
        };
        ClientError::Refused { status: self.status.as_u16(), message }
    }

    fn failed(&self) -> Option<Failed> {
        self.json().ok()
    }
}

/// The error of a run or of a request, as the ingress describes it.
#[derive(Deserialize)]
struct Failed {
    message: String,
    /// `invocation` for the error of a run.
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    code: Option<u16>,
    #[serde(default)]
    metadata: serde_json::Map<String, serde_json::Value>,
}

impl Failed {
    /// Whether a run has ended with it: a coroutine, a program in another language, or one that the
    /// server has ended.
    fn is_of_run(&self) -> bool {
        self.metadata.contains_key(failure::REST) || self.source.as_deref() == Some("invocation")
    }

    /// Whether the server itself says that there is no such run.
    fn is_no_run(&self) -> bool {
        self.source.as_deref() == Some("ingress") && self.message == "invocation not found"
    }

    fn into_step_failed(self, status: StatusCode) -> StepFailed {
        let rest = self.metadata.get(failure::REST).and_then(|rest| rest.as_str());
        failure::of_parts(self.code.unwrap_or(status.as_u16()), self.message, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(status: u16, answer: &'static str) -> gen::Error {
        let reply = Reply::new(StatusCode::from_u16(status).unwrap(), Bytes::from_static(answer.as_bytes()));
        reply.end_of::<u32>(Run { name: "Order", key: "7" }).unwrap_err()
    }

    #[test]
    fn a_run_that_ended_with_not_found_is_told_from_one_that_is_not_there() {
        let none = failed(404, r#"{"code":404,"message":"invocation not found","source":"ingress"}"#);
        assert!(matches!(none.downcast_ref(), Some(ClientError::NoSuchRun { .. })), "{none}");
        for answer in [
            r#"{"code":404,"message":"no such card","source":"invocation"}"#,
            r#"{"code":404,"message":"no such card","metadata":{"gen":"{}"},"source":"invocation"}"#,
        ] {
            let ended = failed(404, answer);
            let ended = ended.downcast_ref::<StepFailed>().expect("the run has ended with it");
            assert_eq!((ended.code(), ended.to_string().as_str()), (404, "no such card"));
        }
        for answer in ["no route", r#"{"code":404,"message":"service 'Order' not found","source":"ingress"}"#]
        {
            let refused = failed(404, answer);
            let text = match refused.downcast_ref() {
                Some(ClientError::Refused { status: 404, message }) => message,
                _ => panic!("{refused}"),
            };
            assert!(answer.contains(text.as_str()), "{text}");
        }
    }
}
