//! The mistakes found in one use of an attribute, all of them: one compile error each.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Error;

/// Collects mistakes until [`Mistakes::into_errors`] turns them into tokens.
///
/// In tests it panics when it is dropped with mistakes that nobody asked for.
#[derive(Default)]
#[must_use]
pub(crate) struct Mistakes {
    found: Vec<Error>,
}

impl Mistakes {
    /// Reports one mistake at the offending `tokens`: what is wrong and why, and what to write instead.
    pub(crate) fn report(&mut self, tokens: &dyn ToTokens, wrong: &str, help: &str) {
        self.found.push(Error::new_spanned(tokens, format!("{wrong}\n\nhelp: {help}")));
    }

    /// Reports what a parser has found.
    pub(crate) fn report_error(&mut self, error: Error) {
        self.found.push(error);
    }

    /// How many there are so far.
    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    /// Takes back those that were reported when there were already as many as this.
    pub(crate) fn forget_after(&mut self, count: usize) {
        self.found.truncate(count);
    }

    /// The `compile_error!`s, in the order in which they were found. Empty if there is no mistake.
    pub(crate) fn into_errors(mut self) -> TokenStream {
        let mut errors = TokenStream::new();
        for error in std::mem::take(&mut self.found) {
            error.to_compile_error().to_tokens(&mut errors);
        }
        errors
    }
}

#[cfg(test)]
impl Drop for Mistakes {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.found.is_empty(), "mistakes were found, and nobody looked at them");
        }
    }
}
