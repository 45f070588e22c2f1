//! [`Place`]: a line of the program, as a journal keeps it.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;

use serde::{Deserialize, Serialize};

/// A line of the program. It prints as `src/order.rs:12:5`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place(Cow<'static, str>, u32, u32);

impl Place {
    /// The file, as `file!()` returns it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.0
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.1
    }

    /// The column, from 1.
    #[must_use]
    pub fn column(&self) -> u32 {
        self.2
    }
}

impl From<&'static Location<'static>> for Place {
    fn from(location: &'static Location<'static>) -> Self {
        Place(location.file().into(), location.line(), location.column())
    }
}

impl From<gen::Site> for Place {
    fn from(site: gen::Site) -> Self {
        Place(site.file().into(), site.line(), site.column())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.0, self.1, self.2)
    }
}
