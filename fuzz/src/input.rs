//! One input, and the form in which a failure prints it.

use std::fmt;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

use gen_fuzz::Attribute;

/// An attribute above an item.
#[derive(Clone)]
pub(crate) struct Input {
    pub(crate) attribute: Attribute,
    pub(crate) options: TokenStream,
    pub(crate) item: TokenStream,
}

impl fmt::Display for Input {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}({}) above: {}", self.attribute, text(&self.options), text(&self.item))
    }
}

/// The tokens as text, with `⟦ ⟧` for invisible delimiters. A `macro_rules!` macro puts those
/// around the fragments that it passes on.
pub(crate) fn text(tokens: &TokenStream) -> String {
    let mut text = String::new();
    for tree in tokens.clone() {
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{ ", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("⟦", "⟧"),
                };
                text.extend([open, &self::text(&group.stream()), close, " "]);
            }
            TokenTree::Punct(punct) => {
                text.push(punct.as_char());
                if punct.spacing() == Spacing::Alone {
                    text.push(' ');
                }
            }
            other => text.extend([&other.to_string(), " "]),
        }
    }
    text
}
