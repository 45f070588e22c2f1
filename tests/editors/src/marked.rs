//! Sources with marks: `$0` is the cursor, and `«..»` a place that is expected to be found.

use std::ops::Range;

use lsp_types::Position;

/// A source without its marks, and their positions.
#[derive(Debug)]
pub struct Marked {
    /// The source without marks.
    pub text: String,
    /// The position of `$0`.
    pub cursor: Option<usize>,
    /// The ranges between `«` and `»`.
    pub places: Vec<Range<usize>>,
}

impl Marked {
    /// Takes the marks out of `source`.
    ///
    /// # Panics
    ///
    /// If a `«` has no `»`.
    pub fn new(source: &str) -> Marked {
        let mut marked = Marked { text: String::new(), cursor: None, places: Vec::new() };
        let mut start = 0;
        let mut rest = source;
        while let Some(next) = rest.chars().next() {
            let length = if rest.starts_with("$0") {
                marked.cursor = Some(marked.text.len());
                2
            } else {
                match next {
                    '«' => start = marked.text.len(),
                    '»' => marked.places.push(start..marked.text.len()),
                    other => marked.text.push(other),
                }
                next.len_utf8()
            };
            rest = &rest[length..];
        }
        assert_eq!(source.matches('«').count(), marked.places.len(), "each mark is closed");
        marked
    }

    /// The position of the cursor.
    ///
    /// # Panics
    ///
    /// If there is no cursor.
    pub fn position(&self) -> Position {
        position(&self.text, self.cursor.expect("the source has a cursor"))
    }

    /// The source with a text inserted at both ends of each place.
    pub fn with_places(&self, inserted: &str) -> String {
        let mut text = self.text.clone();
        for place in self.places.iter().rev() {
            text.replace_range(place.clone(), inserted);
        }
        text
    }
}

/// The position of an offset, counted in bytes, as agreed with the server.
pub fn position(text: &str, offset: usize) -> Position {
    let before = &text[..offset];
    let line = before.matches('\n').count();
    let character = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1);
    let narrow = |number: usize| u32::try_from(number).expect("sources are short");
    Position::new(narrow(line), narrow(character))
}

/// The offset of a position.
///
/// # Panics
///
/// If the text has no such line.
pub fn offset(text: &str, position: Position) -> usize {
    let lines = text.split_inclusive('\n').take(position.line as usize);
    lines.map(str::len).sum::<usize>() + position.character as usize
}

/// The offsets of a range.
pub fn offsets(text: &str, range: lsp_types::Range) -> Range<usize> {
    offset(text, range.start)..offset(text, range.end)
}
