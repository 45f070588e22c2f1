//! The comments and string literals of Rust sources.
//!
//! The sources need not compile: the cases of `ui-tests` and the samples of the editor tests are
//! read too.

use std::str::Chars;

use crate::text::{Kind, Line, Text};

/// The comments of the source.
pub(crate) fn comments(source: &str) -> Vec<Text> {
    let mut texts = comments_and_messages(source);
    texts.retain(|text| text.kind != Kind::Message);
    texts
}

/// The comments and the string literals of the source.
pub(crate) fn comments_and_messages(source: &str) -> Vec<Text> {
    let mut scanner = Scanner { rest: source.chars(), line: 1, column: 0, alone: true };
    let mut pieces = Vec::new();
    while let Some(piece) = scanner.next_piece() {
        pieces.push(piece);
    }
    join_line_comments(pieces)
}

/// A comment or a literal as it is written.
struct Piece {
    /// The marker of the comment, or the opening quote.
    marker: &'static str,
    /// Whether nothing precedes it on its line.
    alone: bool,
    lines: Vec<Line>,
}

impl Piece {
    fn kind(&self) -> Kind {
        match self.marker {
            "\"" => Kind::Message,
            "//" | "/*" => Kind::Comment,
            _ => Kind::Docs,
        }
    }

    /// Whether the comment is an expectation or a directive that `ui-tests` reads.
    fn is_directive(&self) -> bool {
        self.marker == "//" && self.lines[0].text.starts_with(['~', '@'])
    }
}

/// Comments of one kind on consecutive lines become one text.
fn join_line_comments(pieces: Vec<Piece>) -> Vec<Text> {
    let mut texts: Vec<Text> = Vec::new();
    let mut marker = "";
    for piece in pieces.into_iter().filter(|piece| !piece.is_directive()) {
        let first = &piece.lines[0];
        let continues = |text: &Text| {
            let last = &text.lines[text.lines.len() - 1];
            last.number + 1 == first.number && last.column == first.column
        };
        let joins = piece.alone && piece.marker.starts_with("//") && piece.marker == marker;
        marker = if piece.alone { piece.marker } else { "" };
        match texts.last_mut().filter(|text| joins && continues(text)) {
            Some(text) => text.lines.extend(piece.lines),
            None => texts.push(Text { kind: piece.kind(), lines: piece.lines }),
        }
    }
    texts
}

/// Reads a source from its beginning to its end.
struct Scanner<'a> {
    rest: Chars<'a>,
    /// The line of the next character, counted from 1.
    line: usize,
    /// How many characters of that line are read.
    column: usize,
    /// Whether only spaces of that line are read.
    alone: bool,
}

impl Scanner<'_> {
    fn next_piece(&mut self) -> Option<Piece> {
        loop {
            let rest = self.rest.as_str();
            let next = rest.chars().next()?;
            if let Some(marker) = comment_marker(rest) {
                return Some(self.comment(marker));
            }
            if let Some(hashes) = raw_string(rest) {
                let start = rest.find('"').unwrap_or_default() + 1;
                return Some(self.piece("\"", start, |text| end_of_raw_string(text, hashes)));
            }
            match next {
                '"' => return Some(self.piece("\"", 1, end_of_string)),
                '\'' => self.advance(length_of_char(rest)),
                // A word is read whole, so that its last letter does not open a raw string.
                _ if is_word(next) => self.advance(rest.find(|c| !is_word(c)).unwrap_or(rest.len())),
                _ => self.advance(next.len_utf8()),
            }
        }
    }

    fn comment(&mut self, marker: &'static str) -> Piece {
        if marker.starts_with("//") {
            self.piece(marker, marker.len(), |text| {
                let end = text.find('\n').unwrap_or(text.len());
                (end, end)
            })
        } else {
            self.piece(marker, marker.len(), end_of_block)
        }
    }

    /// A piece whose text begins after `start` bytes. `end` gives the length of the text, and that
    /// of the text with its closing marker.
    fn piece(&mut self, marker: &'static str, start: usize, end: impl Fn(&str) -> (usize, usize)) -> Piece {
        let alone = self.alone;
        self.advance(start);
        let rest = self.rest.as_str();
        let (text, closed) = end(rest);
        let (number, column) = (self.line, self.column);
        let line = |(index, text): (usize, &str)| Line {
            number: number + index,
            column: if index == 0 { column } else { 0 },
            text: text.to_owned(),
        };
        let lines = rest[..text].split('\n').enumerate().map(line).collect();
        self.advance(closed);
        Piece { marker, alone, lines }
    }

    fn advance(&mut self, bytes: usize) {
        let end = self.rest.as_str().len() - bytes;
        while self.rest.as_str().len() > end {
            match self.rest.next() {
                Some('\n') => (self.line, self.column, self.alone) = (self.line + 1, 0, true),
                Some(char) => {
                    self.column += 1;
                    self.alone &= char.is_whitespace();
                }
                None => return,
            }
        }
    }
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

/// The marker of the comment that begins here.
fn comment_marker(rest: &str) -> Option<&'static str> {
    let markers = ["//!", "///", "//", "/*!", "/**", "/*"];
    // Four slashes, or two asterisks and a slash, begin no docs.
    let no_docs = |marker: &str| {
        marker == "///" && rest.starts_with("////") || marker == "/**" && rest.starts_with("/**/")
    };
    markers.into_iter().find(|marker| rest.starts_with(marker) && !no_docs(marker))
}

/// The number of `#` of the raw string that begins here.
fn raw_string(rest: &str) -> Option<usize> {
    let rest = rest.strip_prefix(['b', 'c']).unwrap_or(rest).strip_prefix('r')?;
    let quote = rest.find(|char| char != '#')?;
    rest[quote..].starts_with('"').then_some(quote)
}

fn end_of_raw_string(text: &str, hashes: usize) -> (usize, usize) {
    let close = format!("\"{}", "#".repeat(hashes));
    text.find(&close).map_or((text.len(), text.len()), |end| (end, end + close.len()))
}

fn end_of_string(text: &str) -> (usize, usize) {
    let mut escaped = false;
    for (position, char) in text.char_indices() {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return (position, position + 1),
            _ => {}
        }
    }
    (text.len(), text.len())
}

/// Block comments nest.
fn end_of_block(text: &str) -> (usize, usize) {
    let mut depth = 1;
    let mut position = 0;
    while position < text.len() {
        let rest = &text.as_bytes()[position..];
        if rest.starts_with(b"*/") {
            depth -= 1;
            if depth == 0 {
                return (position, position + 2);
            }
            position += 2;
        } else if rest.starts_with(b"/*") {
            depth += 1;
            position += 2;
        } else {
            position += 1;
        }
    }
    (text.len(), text.len())
}

/// The length of the character literal that begins here; 1 for the quote of a lifetime.
fn length_of_char(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    let Some((_, first)) = chars.next() else { return 1 };
    if first == '\\' {
        // The escaped character may be a quote.
        let after = chars.nth(1).map_or(rest.len(), |(position, _)| position);
        let line = rest[after..].split('\n').next().unwrap_or_default();
        return line.find('\'').map_or(1, |end| after + end + 1);
    }
    match chars.next() {
        Some((position, '\'')) => position + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<(Kind, usize, Vec<String>)> {
        let parts = |text: Text| {
            let number = text.lines[0].number;
            (text.kind, number, text.lines.into_iter().map(|line| line.text).collect())
        };
        comments_and_messages(source).into_iter().map(parts).collect()
    }

    fn found(kind: Kind, line: usize, lines: &[&str]) -> (Kind, usize, Vec<String>) {
        (kind, line, lines.iter().map(|line| (*line).to_owned()).collect())
    }

    #[test]
    fn comments_on_consecutive_lines_are_one_text() {
        assert_eq!(
            texts("//! a\n//! b\n// c\n\n// d\nlet x = 1; // e\n// f\n    // g\n"),
            [
                found(Kind::Docs, 1, &[" a", " b"]),
                found(Kind::Comment, 3, &[" c"]),
                found(Kind::Comment, 5, &[" d"]),
                found(Kind::Comment, 6, &[" e"]),
                found(Kind::Comment, 7, &[" f"]),
                found(Kind::Comment, 8, &[" g"]),
            ]
        );
    }

    #[test]
    fn what_looks_like_a_comment_in_a_literal_is_none() {
        let source = r##"a("//\"", '"', b'\'', r#"// ""#, r"\", 'x: loop {}); /* b /* c */
d */ r#type"##;
        assert_eq!(
            texts(source),
            [
                found(Kind::Message, 1, &["//\\\""]),
                found(Kind::Message, 1, &["// \""]),
                found(Kind::Message, 1, &["\\"]),
                found(Kind::Comment, 1, &[" b /* c */", "d "]),
            ]
        );
    }

    #[test]
    fn expectations_of_cases_are_not_prose() {
        assert_eq!(
            texts("//@ several: a\nx; //~ gen: b\n//~| help: c\n// d\n"),
            [found(Kind::Comment, 4, &[" d"])]
        );
    }

    #[test]
    fn the_end_of_a_line_is_counted_in_characters() {
        let comments = comments("/*é*/ x; // über\n");
        assert_eq!(comments[1].lines[0].end(), 16);
    }
}
