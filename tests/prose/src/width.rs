//! How wide a line may be.

use crate::markdown::{self, Part};
use crate::text::{Kind, Line, Text};

/// The last column of a line of prose. Code has 110 columns (`rustfmt.toml`), but a paragraph of
/// that width is hard to read. Markdown is held to the same width, since it is read and compared in
/// the same editors.
///
/// A row of a table cannot be broken, nor can a line that is only a link. Both may be wider.
pub const PROSE: usize = 100;

/// The width of a code block in docs and Markdown. A wider one gets a scroll bar on docs.rs.
pub const CODE: usize = 84;

pub(crate) fn check(text: &Text, parts: &[Part]) -> Vec<(usize, String)> {
    if text.kind == Kind::Message {
        return Vec::new();
    }
    let lines = text.lines.iter().zip(parts);
    lines.filter_map(|(line, part)| Some((line.number, complaint(text.kind, line, *part)?))).collect()
}

fn complaint(kind: Kind, line: &Line, part: Part) -> Option<String> {
    let indent = if kind == Kind::Docs { 1 } else { 0 };
    let code = line.text.chars().count().saturating_sub(indent);
    match part {
        Part::Table => None,
        Part::Code if kind != Kind::Comment => {
            (code > CODE).then(|| format!("{code} columns of code, at most {CODE} fit without a scroll bar"))
        }
        _ if line.end() <= PROSE || !can_be_broken(&line.text) => None,
        _ => Some(format!("{} columns, at most {PROSE}: break the line", line.end())),
    }
}

/// Whether the text is more than one word, link or definition of a link.
fn can_be_broken(text: &str) -> bool {
    let text = markdown::without_marker(text);
    let text = if text.starts_with('[') { text.replacen("]: ", "]:", 1) } else { text.to_owned() };
    text.split_whitespace().nth(1).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(text: &Text) -> Vec<usize> {
        check(text, &markdown::parts(&text.lines)).into_iter().map(|(line, _)| line).collect()
    }

    fn page(source: &str) -> Text {
        markdown::page(source).remove(0)
    }

    #[test]
    fn prose_of_101_columns_is_too_wide() {
        let fits = format!("{} {}", "a".repeat(50), "b".repeat(49));
        assert!(complaints(&page(&fits)).is_empty());
        assert_eq!(complaints(&page(&format!("{fits}c\n{fits}\n- {fits}"))), [1, 3]);
    }

    #[test]
    fn tables_and_links_may_be_wider() {
        let long = "x".repeat(120);
        let source = format!("| a | {long} |\n- https://{long}\n[a]: https://{long}\na https://{long}");
        assert_eq!(complaints(&page(&source)), [4]);
    }

    #[test]
    fn code_of_85_columns_is_too_wide() {
        let code = |width| page(&format!("```\n{}\n```", "x".repeat(width)));
        assert!(complaints(&code(84)).is_empty());
        assert_eq!(complaints(&code(85)), [2]);
    }

    #[test]
    fn the_marker_of_a_comment_counts_for_prose_and_not_for_code() {
        let docs = |text: &str| {
            let lines = ["```", text, "```"].into_iter().enumerate();
            let line = |(index, text): (usize, &str)| Line {
                number: index + 1,
                column: 60,
                text: format!(" {text}"),
            };
            Text { kind: Kind::Docs, lines: lines.map(line).collect() }
        };
        assert!(complaints(&docs(&"x".repeat(84))).is_empty());
        assert_eq!(complaints(&docs(&"x".repeat(85))), [2]);
        assert_eq!(complaints(&docs(&format!("# let {}", "x".repeat(60)))), [2]);
    }
}
