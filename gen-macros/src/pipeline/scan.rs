//! Parse: one pass over the tokens of a body, before anything in it is parsed. It shows whether and
//! where the body yields, and whether it is suspended at its yields only.
//!
//! To parse is the most expensive step of an attribute, and most of a body does not matter to it.
//! So [`check`](crate::pipeline::check) parses only an outline of the body:
//!
//! ```text
//! let mut sum = start(a, b);                   (a statement that does not yield)
//! for n in list(c) { sum += yield_!(d); }      for n in list() { sum += yield_!(d); }
//! Ok(sum)                                      Ok()
//! ```
//!
//! The last statement of a block stays in the outline. If something is missing at its end, rustc
//! reports that at the closing brace, which may be rebuilt; so the parser must see it too
//! (`Body::point_at_ends`). Mistakes in the parts that are left out are rustc's to report: those
//! parts are emitted as they were typed.
//!
//! # Closed bodies
//!
//! A body without an `.await` is suspended at its yields only. It is called *closed*, and the
//! runtime makes use of that. Any macro may contain an `.await`: the tokens do not show which macro
//! a name means, and `println!` may be the user's own. So each macro but `yield_!` counts as an
//! `.await`.
//!
//! A closed body that is taken for an open one costs the coroutine that yields it three
//! instructions each time that it stays suspended. An open body that was taken for a closed one
//! would keep thrown errors from the coroutine that yields it. In a body that is still being typed
//! the answer does not matter.

use proc_macro2::{Delimiter, Group, Punct, Spacing, TokenStream, TokenTree};

use crate::pipeline::paths::SITE_FUNCTION;
use crate::pipeline::tokens::{is, regroup};

/// The keywords that may stand before the `!` of a negation.
const KEYWORDS: &[&str] = &["break", "else", "if", "in", "match", "return", "while"];

/// The name that `#[tracing::instrument]` gives to the span that it makes.
pub(crate) const SPAN: &str = "__tracing_attr_span";

/// The result of the scan.
pub(crate) struct BodyScan {
    /// The outline: the tokens without the statements that do not yield, and with empty groups in
    /// place of those that do not yield. `None` if nothing yields. Yields that stand where they
    /// cannot are included.
    ///
    /// Brackets keep their tokens: those of an attribute or an index must not be empty. So do the
    /// arguments of a yield, and those of a macro that contain a yield.
    pub(crate) outline: Option<TokenStream>,
    /// Whether the body is suspended at its yields only.
    pub(crate) closed: bool,
    /// A name for the function that returns the coroutine's site. The name does not occur in the
    /// body: the name of an item is not hygienic, unlike that of a local.
    pub(crate) site_function: String,
    /// Whether the body contains the span that `#[tracing::instrument]` makes.
    pub(crate) instrumented: bool,
    /// Whether the body contains invisible groups, which a `macro_rules!` puts around its
    /// arguments.
    pub(crate) invisible_groups: bool,
}

impl BodyScan {
    pub(crate) fn of(tokens: TokenStream) -> BodyScan {
        let mut scan = BodyScan {
            outline: None,
            closed: true,
            site_function: SITE_FUNCTION.to_owned(),
            instrumented: false,
            invisible_groups: false,
        };
        scan.outline = scan.outline(tokens, Delimiter::Brace);
        scan
    }

    /// Chooses another name for the site's function if `name` is equal to it or begins with it. The
    /// name only gets longer, so it stays different from all names before.
    fn avoid(&mut self, name: &str) {
        let name = name.strip_prefix("r#").unwrap_or(name);
        if name.starts_with(&self.site_function) {
            self.site_function = format!("{name}_");
        }
    }

    fn outline(&mut self, tokens: TokenStream, within: Delimiter) -> Option<TokenStream> {
        let (mut outline, mut yields) = (Vec::new(), false);
        // Where the current statement begins, and whether it yields.
        let (mut start, mut yielding) = (0, false);
        // The word, and the name of the called macro, directly before the tree.
        let (mut word, mut called) = (None, None);
        for tree in tokens {
            let (word_before, called_before) = (word.take(), called.take());
            let seen = match tree {
                TokenTree::Ident(name) => {
                    let text = name.to_string();
                    yielding |= matches!(text.as_str(), "yield_" | "yield" | "r#yield");
                    self.closed &= text != "await";
                    self.instrumented |= text == SPAN;
                    self.avoid(&text);
                    word = Some(text);
                    name.into()
                }
                TokenTree::Punct(bang) if is_call(&bang) => {
                    called = word_before;
                    self.closed &= called.as_deref().is_none_or(waits_for_nothing);
                    bang.into()
                }
                TokenTree::Group(group) => {
                    self.invisible_groups |= group.delimiter() == Delimiter::None;
                    let inner = self.outline(group.stream(), group.delimiter());
                    yielding |= inner.is_some();
                    outlined(group, inner, called_before.as_deref()).into()
                }
                other => other,
            };
            let ends = within == Delimiter::Brace && is(&seen, ';');
            outline.push(seen);
            if ends {
                if !yielding {
                    outline.truncate(start);
                }
                (start, yields, yielding) = (outline.len(), yields | yielding, false);
            }
        }
        (yields | yielding).then(|| outline.into_iter().collect())
    }
}

/// A group with its outline as its tokens. `called` is the macro whose arguments the group is.
fn outlined(group: Group, inner: Option<TokenStream>, called: Option<&str>) -> Group {
    match (inner, called) {
        (Some(_), Some(_)) | (None, Some("yield_")) => group,
        (Some(inner), None) => regroup(&group, inner),
        (None, _) if group.delimiter() == Delimiter::Bracket => group,
        (None, _) => regroup(&group, TokenStream::new()),
    }
}

/// Whether the `!` after a word belongs to a macro call or a negation, and not to `!=`.
fn is_call(bang: &Punct) -> bool {
    bang.as_char() == '!' && bang.spacing() == Spacing::Alone
}

/// Whether the word before a `!` is not the name of a macro, or is `yield_`, whose suspension the
/// runtime knows.
fn waits_for_nothing(word: &str) -> bool {
    word == "yield_" || KEYWORDS.contains(&word)
}
