//! The unit that is checked: a comment, a message or a page.

/// Where a text stands, which decides the rules that it is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A comment that only readers of the source see.
    Comment,
    /// A comment that rustdoc renders.
    Docs,
    /// A Markdown file.
    Page,
    /// A string literal. Its width is rustfmt's affair.
    Message,
}

/// Consecutive lines that are read as one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) kind: Kind,
    pub(crate) lines: Vec<Line>,
}

/// A line of a text, without the marker of the comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// The line of the file, counted from 1.
    pub(crate) number: usize,
    /// How many columns of the line precede the text.
    pub(crate) column: usize,
    pub(crate) text: String,
}

impl Line {
    /// The column at which the line ends.
    pub(crate) fn end(&self) -> usize {
        self.column + self.text.chars().count()
    }
}
