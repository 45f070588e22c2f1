//! A chain of yields as text, with the source text of each, read from its file.
//!
//! The path of a [`Site`] is relative to the folder in which rustc was called: the root of the
//! workspace. A test runs in the folder of its package, which is that folder or below it. If the
//! file is not found, or is another one by now, there is no text.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;
use std::{env, fmt, fs};

use crate::Site;

/// A longer text is cut off.
const LONGEST: usize = 70;

thread_local! {
    static FILES: RefCell<HashMap<&'static str, Option<Rc<str>>>> = RefCell::default();
}

/// Writes a chain of yields, from the inside out: the position and the text of each, on lines of
/// their own. The last line has no line break.
pub(super) fn write_chain(f: &mut fmt::Formatter<'_>, chain: &[Site]) -> fmt::Result {
    if chain.is_empty() {
        return f.write_str("    at an `.await`, whose position only `yield_!` would show");
    }
    for (n, site) in chain.iter().enumerate() {
        let role = if n == 0 { "    at" } else { "\n    which is waited for at" };
        write!(f, "{role} {site}")?;
        if let Some(text) = text_of(site) {
            write!(f, "\n        {text}")?;
        }
    }
    Ok(())
}

/// The text of the yield at that site, on one line.
pub(super) fn text_of(site: &Site) -> Option<String> {
    let file = file(site.file())?;
    let mut lines = file.lines().skip(index(site.line())?);
    let first: String = lines.next()?.chars().skip(index(site.column())?).collect();
    if !begins_with_yield(&first) {
        return None;
    }
    let rest = lines.flat_map(|line| [" ", line.trim()]);
    let text = std::iter::once(first.as_str()).chain(rest).flat_map(str::chars);
    Some(shortened(one_call(text)))
}

/// Lines and columns count from 1.
fn index(number: u32) -> Option<usize> {
    usize::try_from(number).ok()?.checked_sub(1)
}

/// Whether the text begins with the macro, perhaps by a path.
fn begins_with_yield(text: &str) -> bool {
    let Some((path, _)) = text.split_once('!') else { return false };
    let is_path = path.chars().all(|c| c.is_alphanumeric() || "_:#".contains(c));
    is_path && path.ends_with("yield_")
}

/// The text up to the parenthesis that closes the first one. It does not know of strings, so it may
/// end too early or too late.
fn one_call(text: impl Iterator<Item = char>) -> String {
    let mut depth = 0_i32;
    let mut call = String::new();
    for c in text.take(10 * LONGEST) {
        call.push(c);
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            break;
        }
    }
    call
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some((end, _)) => format!("{}..", &text[..end]),
    }
}

fn file(path: &'static str) -> Option<Rc<str>> {
    FILES.with_borrow_mut(|files| files.entry(path).or_insert_with(|| read(path)).clone())
}

fn read(path: &str) -> Option<Rc<str>> {
    let here = env::current_dir().ok()?;
    let text = here.ancestors().find_map(|folder| fs::read_to_string(folder.join(Path::new(path))).ok())?;
    Some(text.into())
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_call_ends_at_its_last_parenthesis() {
        let text = |text: &str| shortened(one_call(text.chars()));
        assert_eq!(text("yield_!(f(x)[1])?;"), "yield_!(f(x)[1])");
        assert_eq!(text("yield_!(f("), "yield_!(f(");
        assert!(text(&"yield_!(é".repeat(50)).ends_with(".."));
    }

    #[test]
    fn another_text_is_not_taken_for_a_yield() {
        for (text, is) in
            [("yield_!(x)", true), ("r#gen::yield_!(x)", true), ("x + yield_!(y)", false), ("", false)]
        {
            assert_eq!(begins_with_yield(text), is, "{text}");
        }
    }
}
