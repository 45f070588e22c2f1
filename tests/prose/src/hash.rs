//! Comments that begin with `#`: those of TOML files and shell scripts.

use crate::text::{Kind, Line, Text};

/// The comments of the source. Consecutive lines that hold nothing else are one text.
pub(crate) fn comments(source: &str) -> Vec<Text> {
    let mut texts: Vec<Text> = Vec::new();
    let mut previous = 0;
    for (index, line) in source.lines().enumerate() {
        let Some(start) = comment_start(line) else { continue };
        let whole_line = line[..start].trim().is_empty();
        let column = line[..start].chars().count() + 1;
        let comment = Line { number: index + 1, column, text: line[start + 1..].to_owned() };
        match texts.last_mut() {
            Some(text) if whole_line && previous == index => text.lines.push(comment),
            _ => texts.push(Text { kind: Kind::Comment, lines: vec![comment] }),
        }
        previous = if whole_line { index + 1 } else { 0 };
    }
    texts
}

/// The position of the `#`, which stands at the start of the line or after a space, in no quotes.
fn comment_start(line: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = ' ';
    for (position, char) in line.char_indices() {
        match (quote, char) {
            (None, '#') if before.is_whitespace() => return Some(position),
            (None, '"' | '\'') => quote = Some(char),
            (Some(open), _) if open == char => quote = None,
            _ => {}
        }
        before = char;
    }
    None
}

#[test]
fn a_comment_is_found_outside_of_quotes() {
    let texts = comments("# one\n# two\nkey = \"# no\" # three\n[ ${#list} ]\n");
    let lines: Vec<Vec<&str>> =
        texts.iter().map(|text| text.lines.iter().map(|line| line.text.as_str()).collect()).collect();
    assert_eq!(lines, [vec![" one", " two"], vec![" three"]]);
    assert_eq!(texts[1].lines[0].end(), 20);
}
