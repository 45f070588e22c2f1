//! Where a body can be suspended: at its own yields only, as far as its tokens show, or elsewhere too.
//!
//! A body without an `.await` is suspended at its yields only, and the runtime makes use of that. A macro may hide an `.await`, so one that is not known counts as one;
//! the arguments of all macros are looked through. What is said of a body that is still being typed does not matter.

use proc_macro2::{Ident, Punct, Spacing, TokenStream, TokenTree};

/// Macros that wait for nothing but what is written in their arguments.
const KNOWN: &[&str] = &[
    "yield_",
    "assert",
    "assert_eq",
    "assert_ne",
    "cfg",
    "column",
    "concat",
    "dbg",
    "debug",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "env",
    "eprint",
    "eprintln",
    "error",
    "file",
    "format",
    "format_args",
    "include_bytes",
    "include_str",
    "info",
    "line",
    "matches",
    "module_path",
    "option_env",
    "panic",
    "print",
    "println",
    "stringify",
    "todo",
    "trace",
    "unimplemented",
    "unreachable",
    "vec",
    "warn",
    "write",
    "writeln",
];

/// What may stand in front of the `!` of a negation.
const KEYWORDS: &[&str] = &["break", "else", "if", "in", "match", "return", "while"];

/// Whether the tokens of a body can be suspended at yields only.
pub(super) fn only_at_yields(tokens: TokenStream) -> bool {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let known = trees.windows(2).all(|pair| match pair {
        [TokenTree::Ident(name), TokenTree::Punct(bang)] if is_call(bang) => is_known(name),
        _ => true,
    });
    known
        && trees.into_iter().all(|tree| match tree {
            TokenTree::Ident(word) => word != "await",
            TokenTree::Group(group) => only_at_yields(group.stream()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => true,
        })
}

/// Whether the `!` behind a word is that of a macro, or of a negation, and not of `!=`.
fn is_call(bang: &Punct) -> bool {
    bang.as_char() == '!' && bang.spacing() == Spacing::Alone
}

/// Whether a macro of this name waits for nothing by itself, or the word is none.
fn is_known(name: &Ident) -> bool {
    KNOWN.iter().chain(KEYWORDS).any(|known| name == known)
}
