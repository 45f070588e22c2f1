//! The structure of Markdown that matters here: code blocks, tables and prose.

use crate::text::{Kind, Line, Text};

/// The kind of a line of Markdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A paragraph or an item of a list.
    Prose,
    Heading,
    Table,
    /// A line of a code block.
    Code,
    /// A line of a code block that rustdoc compiles but does not show.
    Hidden,
    /// The line that opens or closes a code block, or a blank line.
    Break,
}

/// The whole file as one text.
pub(crate) fn page(source: &str) -> Vec<Text> {
    let line = |(index, text): (usize, &str)| Line { number: index + 1, column: 0, text: text.to_owned() };
    vec![Text { kind: Kind::Page, lines: source.lines().enumerate().map(line).collect() }]
}

/// The kind of each line.
pub(crate) fn parts(lines: &[Line]) -> Vec<Part> {
    let mut fence = None;
    lines.iter().map(|line| part(line.text.trim(), &mut fence)).collect()
}

/// `fence` is what opened the code block around the line, as backticks and a language. It is `None`
/// outside of code blocks.
fn part<'a>(line: &'a str, fence: &mut Option<(&'a str, &'a str)>) -> Part {
    if let Some((open, language)) = *fence {
        if line == open {
            *fence = None;
            return Part::Break;
        }
        let rust = !["text", "sh", "toml"].contains(&language);
        let hidden = rust && (line == "#" || line.starts_with("# "));
        return if hidden { Part::Hidden } else { Part::Code };
    }
    let fence_length = line.len() - line.trim_start_matches('`').len();
    if fence_length >= 3 {
        *fence = Some(line.split_at(fence_length));
        Part::Break
    } else if line.is_empty() {
        Part::Break
    } else if line.starts_with('|') {
        Part::Table
    } else if line.starts_with('#') && line.trim_start_matches('#').starts_with(' ') {
        Part::Heading
    } else {
        Part::Prose
    }
}

/// The line without the marker of a list, a quotation or a heading.
pub(crate) fn without_marker(line: &str) -> &str {
    let line = line.trim_start();
    let numbered = line.trim_start_matches(|char: char| char.is_ascii_digit());
    let rest = numbered.strip_prefix(". ").filter(|_| numbered.len() < line.len());
    rest.unwrap_or_else(|| line.trim_start_matches(['-', '*', '>', '#'])).trim_start()
}

/// Whether the line begins an item of a list.
pub(crate) fn begins_item(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("- ") || line.starts_with("* ") || {
        let rest = line.trim_start_matches(|char: char| char.is_ascii_digit());
        rest.len() < line.len() && rest.starts_with(". ")
    }
}

#[test]
fn blocks_are_told_apart() {
    let source = "# a\nb\n| c |\n```sh\n# d\n```\n\n```rust\n# e\nf\n```\n1. g\n";
    use Part::{Break, Code, Heading, Hidden, Prose, Table};
    assert_eq!(
        parts(&page(source)[0].lines),
        [Heading, Prose, Table, Break, Code, Break, Break, Break, Hidden, Code, Break, Prose]
    );
    assert_eq!((begins_item("1. g"), begins_item("g. h")), (true, false));
    assert_eq!((without_marker("12. g"), without_marker("- h"), without_marker("2 i")), ("g", "h", "2 i"));
}
