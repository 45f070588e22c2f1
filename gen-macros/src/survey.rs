//! What the tokens of a body show, in one walk and before anything is parsed: whether it yields, and where it can be suspended.
//!
//! A body without an `.await` is suspended at its yields only, and the runtime makes use of that. A macro may hide an `.await`, so one that is not known counts as one;
//! the arguments of all macros are looked through. What is said of a body that is still being typed does not matter.

use proc_macro2::{Delimiter, Punct, Spacing, TokenStream, TokenTree};

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

/// What was seen.
pub(crate) struct Survey {
    /// There is a `yield_` in it, or a `yield` that was meant as one. If not, there is nothing to look for.
    pub(crate) yields: bool,
    /// It can be suspended at its yields only.
    pub(crate) closed: bool,
    /// There are groups in it that a `macro_rules!` has handed on.
    pub(crate) invisible_groups: bool,
}

impl Survey {
    pub(crate) fn of(tokens: TokenStream) -> Survey {
        let mut survey = Survey { yields: false, closed: true, invisible_groups: false };
        survey.pass(tokens);
        survey
    }

    fn pass(&mut self, tokens: TokenStream) {
        let mut before = None;
        for tree in tokens {
            let name = before.take();
            match tree {
                TokenTree::Ident(word) => {
                    let word = word.to_string();
                    self.yields |= matches!(word.as_str(), "yield_" | "yield" | "r#yield");
                    self.closed &= word != "await";
                    before = Some(word);
                }
                TokenTree::Punct(bang) if is_call(&bang) => {
                    self.closed &= name.is_none_or(|name| is_known(&name));
                }
                TokenTree::Group(group) => {
                    self.invisible_groups |= group.delimiter() == Delimiter::None;
                    self.pass(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
}

/// Whether the `!` behind a word is that of a macro, or of a negation, and not of `!=`.
fn is_call(bang: &Punct) -> bool {
    bang.as_char() == '!' && bang.spacing() == Spacing::Alone
}

/// Whether a macro of this name waits for nothing by itself, or the word is none.
fn is_known(name: &str) -> bool {
    KNOWN.contains(&name) || KEYWORDS.contains(&name)
}
