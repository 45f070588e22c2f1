//! Finds the errors in the output of a compiler.

/// An error, and its first position.
#[derive(Debug, Clone)]
pub struct CompilerError {
    /// The first line of its message.
    pub message: String,
    /// The line and the column, from 1.
    pub place: (usize, usize),
    /// The whole error on one line.
    pub text: String,
}

/// The errors that `text` contains, by position. Warnings are left out, and so is the summary at
/// the end.
pub fn errors_in(text: &str) -> Vec<CompilerError> {
    let mut errors: Vec<CompilerError> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        if let Some(message) = message_of_error(line) {
            errors.push(CompilerError {
                message: message.to_owned(),
                place: (0, 0),
                text: message.to_owned(),
            });
            open = true;
        } else if line.starts_with("warning") {
            open = false;
        } else if let Some(error) = errors.last_mut().filter(|_| open) {
            if error.place.0 == 0 {
                error.place = place_in(line).unwrap_or_default();
            }
            error.text.push(' ');
            error.text.push_str(line.trim());
        }
    }
    errors.retain(|error| error.place.0 != 0);
    errors.sort_by_key(|error| error.place);
    errors
}

fn message_of_error(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("error")?;
    let rest = match rest.strip_prefix('[') {
        Some(code) => code.split_once(']')?.1,
        None => rest,
    };
    rest.strip_prefix(": ")
}

fn place_in(line: &str) -> Option<(usize, usize)> {
    let mut parts = line.trim_start().strip_prefix("--> ")?.rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    Some((parts.next()?.parse().ok()?, column))
}
