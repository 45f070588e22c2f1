//! What tokens are asked, and how a group is made anew.

use proc_macro2::{Delimiter, Group, Spacing, Span, TokenStream, TokenTree};

/// Whether this is the punctuation `char`.
pub(crate) fn is(tree: &TokenTree, char: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == char)
}

/// Whether this is the name or keyword `word`.
pub(crate) fn is_word(tree: &TokenTree, word: &str) -> bool {
    matches!(tree, TokenTree::Ident(name) if name == word)
}

/// Whether this is a group in braces.
pub(crate) fn is_block(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// The trees as a stream.
pub(crate) fn stream(trees: &[TokenTree]) -> TokenStream {
    trees.iter().cloned().collect()
}

/// A group whose delimiters have this span, both of them: what makes one cannot tell them apart.
pub(crate) fn grouped(delimiter: Delimiter, span: Span, tokens: TokenStream) -> Group {
    let mut group = Group::new(delimiter, tokens);
    group.set_span(span);
    group
}

/// The same delimiters around other tokens.
pub(crate) fn regroup(around: &Group, tokens: TokenStream) -> Group {
    grouped(around.delimiter(), around.span(), tokens)
}

/// The same, where both delimiters point at the one that closes.
pub(crate) fn regroup_at_end(around: &Group, tokens: TokenStream) -> Group {
    grouped(around.delimiter(), around.span_close(), tokens)
}

/// Whether the trees that were passed have opened generics and not closed them. The `>` of an arrow closes nothing.
#[derive(Default)]
pub(crate) struct AngleBrackets {
    depth: usize,
    /// The last tree may be the first half of an arrow.
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
