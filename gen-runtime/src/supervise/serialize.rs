//! `Serialize` for a [`Health`] and its parts (feature `serde`).

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::health::Health;
use super::states::{ChildHealth, ChildState};

/// `{"healthy": true, "ready": true, "children": [..]}`.
impl Serialize for Health {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (is_healthy, is_ready, children) = self.board.rows();
        let mut shape = serializer.serialize_struct("Health", 3)?;
        shape.serialize_field("healthy", &is_healthy)?;
        shape.serialize_field("ready", &is_ready)?;
        shape.serialize_field("children", &children)?;
        shape.end()
    }
}

/// `{"name": "db", "state": "running", "restarts": 0, "ready": true, "last_failure": null}`.
impl Serialize for ChildHealth {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut shape = serializer.serialize_struct("ChildHealth", 5)?;
        shape.serialize_field("name", &self.name)?;
        shape.serialize_field("state", &self.state)?;
        shape.serialize_field("restarts", &self.restarts)?;
        shape.serialize_field("ready", &self.is_ready)?;
        shape.serialize_field("last_failure", &self.last_failure)?;
        shape.end()
    }
}

/// `"waiting"`, `"running"` or `"stopping"`.
impl Serialize for ChildState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            ChildState::Waiting => "waiting",
            ChildState::Running => "running",
            ChildState::Stopping => "stopping",
        })
    }
}
