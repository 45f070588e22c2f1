//! Questions about single tokens, and functions that rebuild groups.

use proc_macro2::{Delimiter, Group, Spacing, Span, TokenStream, TokenTree};

/// Whether the tree is the punctuation `char`.
pub(crate) fn is(tree: &TokenTree, char: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == char)
}

/// Whether the tree is the name or keyword `word`.
pub(crate) fn is_word(tree: &TokenTree, word: &str) -> bool {
    matches!(tree, TokenTree::Ident(name) if name == word)
}

/// Whether the tree is a group in braces.
pub(crate) fn is_block(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// The trees of a token stream.
pub(crate) fn trees(tokens: TokenStream) -> Vec<TokenTree> {
    tokens.into_iter().collect()
}

/// The trees as a token stream.
pub(crate) fn stream(trees: &[TokenTree]) -> TokenStream {
    trees.iter().cloned().collect()
}

/// A group both of whose delimiters have the span `span`. A macro cannot give the opening and the
/// closing one different spans.
pub(crate) fn grouped(delimiter: Delimiter, span: Span, tokens: TokenStream) -> Group {
    let mut group = Group::new(delimiter, tokens);
    group.set_span(span);
    group
}

/// A group with the delimiters of `around`, and other tokens in it.
pub(crate) fn regroup(around: &Group, tokens: TokenStream) -> Group {
    grouped(around.delimiter(), around.span(), tokens)
}

/// As [`regroup`], but both delimiters have the span of the one that closes `around`.
pub(crate) fn regroup_at_end(around: &Group, tokens: TokenStream) -> Group {
    grouped(around.delimiter(), around.span_close(), tokens)
}

/// Counts the angle brackets among the trees that were passed, to know whether generics are open.
/// The `>` of an arrow closes nothing.
#[derive(Default)]
pub(crate) struct AngleBrackets {
    depth: usize,
    /// Whether the last tree can be the first half of an arrow.
    arrow: bool,
}

impl AngleBrackets {
    pub(crate) fn are_closed(&self) -> bool {
        self.depth == 0
    }

    pub(crate) fn pass(&mut self, tree: &TokenTree) {
        let TokenTree::Punct(punct) = tree else {
            self.arrow = false;
            return;
        };
        match punct.as_char() {
            '<' => self.depth += 1,
            '>' if !self.arrow => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.arrow = matches!(punct.as_char(), '-' | '=') && punct.spacing() == Spacing::Joint;
    }
}
