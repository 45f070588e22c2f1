//! Source positions.

use std::any::type_name;
use std::fmt;

/// The source position of a yield, or of a coroutine function.
///
/// It prints as `src/fetch.rs:31:17 in fetch_page`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Site {
    file: &'static str,
    line: u32,
    column: u32,
    function: &'static str,
}

impl Site {
    pub(crate) const fn new(file: &'static str, line: u32, column: u32, function: &'static str) -> Self {
        Site { file, line, column, function }
    }

    /// The file, as `file!()` gives it.
    #[must_use]
    pub fn file(&self) -> &'static str {
        self.file
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The column, from 1.
    #[must_use]
    pub fn column(&self) -> u32 {
        self.column
    }

    /// The function that the position lies in, without its path.
    #[must_use]
    pub fn function(&self) -> &'static str {
        self.function
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{} in {}", self.file, self.line, self.column, self.function)
    }
}

/// A position as `yield_!` writes it down: a closure without captures, which takes no space in the machine.
pub(super) trait Here: Fn() -> (&'static str, u32, u32) {
    /// The position, with the function that the closure was written in.
    fn site(&self) -> Site {
        let (file, line, column) = self();
        Site::new(file, line, column, enclosing_function(type_name::<Self>()))
    }
}

impl<S: Fn() -> (&'static str, u32, u32)> Here for S {}

/// The last name in the type name of a closure that is no closure: `fetch` of `app::Client::fetch<T>::{{closure}}::{{closure}}`.
fn enclosing_function(closure: &'static str) -> &'static str {
    let mut path = closure;
    while let Some(outer) = path.strip_suffix("::{{closure}}") {
        path = outer;
    }
    let path = without_generics(path);
    path.rsplit("::").next().unwrap_or(path)
}

/// `a::b` of `a::b<T>` and of `a::b::<T>`; the angle brackets of `<A as B>::c` in front stay.
fn without_generics(path: &str) -> &str {
    if !path.ends_with('>') {
        return path;
    }
    let mut depth = 0usize;
    for (at, byte) in path.bytes().enumerate().rev() {
        match byte {
            // The `>` of an arrow, as in `fn() -> T`, closes nothing.
            b'>' if at > 0 && path.as_bytes()[at - 1] == b'-' => {}
            b'>' => depth += 1,
            b'<' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return path[..at].trim_end_matches("::");
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::enclosing_function;

    #[test]
    fn the_enclosing_function_is_found_in_every_form_of_type_name() {
        for (closure, function) in [
            ("app::fetch::{{closure}}", "fetch"),
            ("app::fetch::{{closure}}::{{closure}}::{{closure}}", "fetch"),
            ("app::fetch<alloc::string::String>::{{closure}}", "fetch"),
            ("app::fetch<alloc::vec::Vec<u8>, fn() -> u8>::{{closure}}", "fetch"),
            ("app::Client::fetch::{{closure}}", "fetch"),
            ("<app::Client as app::Fetch>::fetch::{{closure}}", "fetch"),
            ("<app::Client as app::Fetch<T>>::fetch<T>::{{closure}}", "fetch"),
            ("app::{{closure}}", "app"),
            ("", ""),
        ] {
            assert_eq!(enclosing_function(closure), function, "{closure}");
        }
    }
}
