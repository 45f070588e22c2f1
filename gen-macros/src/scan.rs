//! What the tokens of a body show, in one walk and before anything is parsed: whether and where it yields, and where it can be suspended.
//!
//! Most of a body is none of our business, and to parse is the most costly thing an attribute does. So what [`check`](crate::check) parses is an outline:
//!
//! ```text
//! let mut sum = start(a, b);                   (a statement that does not yield)
//! for n in list(c) { sum += yield_!(d); }      for n in list() { sum += yield_!(d); }
//! Ok(sum)                                      Ok()
//! ```
//!
//! The last statement of a block stays, for where something is missing at its end, it is missing at a brace that the walk makes anew.
//! What is wrong within the parts that are left out stands among tokens that go through untouched.
//!
//! A body without an `.await` is suspended at its yields only, and the runtime makes use of that. Any macro may hide an `.await`: tokens do not tell which macro a name
//! means, and `println!` may be the user's own. So a macro other than `yield_!` counts as one. A body that is wrongly called open costs whoever yields it three instructions each time
//! that it stays suspended; one that was wrongly called closed would keep a thrown error from whoever yields it. What is said of a body that is still being typed does not matter.

use proc_macro2::{Delimiter, Group, Punct, Spacing, TokenStream, TokenTree};

use crate::paths::SITE_FUNCTION;
use crate::tokens::{is, regroup};

/// What may stand in front of the `!` of a negation.
const KEYWORDS: &[&str] = &["break", "else", "if", "in", "match", "return", "while"];

/// What `#[tracing::instrument]` calls the span that it makes.
pub(crate) const SPAN: &str = "__tracing_attr_span";

/// What was seen.
pub(crate) struct BodyScan {
    /// Where the yields stand, right or wrong: the tokens without what does not yield up to a semicolon, and with nothing in groups that do not.
    /// If nothing yields, there is none.
    ///
    /// Brackets stay as they are: those of an attribute or an index must not be empty. So do the arguments of macros that yield in them, and those of yields.
    pub(crate) outline: Option<TokenStream>,
    /// It can be suspended at its yields only.
    pub(crate) closed: bool,
    /// A name for the function that tells the coroutine's site, which does not occur in the body: an item is not hygienic as a local is.
    pub(crate) site_function: String,
    /// `#[tracing::instrument]` has been here.
    pub(crate) instrumented: bool,
    /// There are groups in it that a `macro_rules!` has handed on.
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

    /// Chooses another name for the site's function if this one is taken. It only gets longer, so it is none of those before either.
    fn avoid(&mut self, name: &str) {
        let name = name.strip_prefix("r#").unwrap_or(name);
        if name.starts_with(&self.site_function) {
            self.site_function = format!("{name}_");
        }
    }

    fn outline(&mut self, tokens: TokenStream, within: Delimiter) -> Option<TokenStream> {
        let (mut outline, mut yields) = (Vec::new(), false);
        // Where the statement begins, and whether it yields.
        let (mut start, mut yielding) = (0, false);
        // The word, and the name of the macro, that stands just before.
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

/// A group with the outline of what stands in it, behind the name of the macro that is called with it.
fn outlined(group: Group, inner: Option<TokenStream>, called: Option<&str>) -> Group {
    match (inner, called) {
        (Some(_), Some(_)) | (None, Some("yield_")) => group,
        (Some(inner), None) => regroup(&group, inner),
        (None, _) if group.delimiter() == Delimiter::Bracket => group,
        (None, _) => regroup(&group, TokenStream::new()),
    }
}

/// Whether the `!` behind a word is that of a macro, or of a negation, and not of `!=`.
fn is_call(bang: &Punct) -> bool {
    bang.as_char() == '!' && bang.spacing() == Spacing::Alone
}

/// Whether the word before a `!` is no macro, or the one whose waiting the runtime knows.
fn waits_for_nothing(word: &str) -> bool {
    word == "yield_" || KEYWORDS.contains(&word)
}
