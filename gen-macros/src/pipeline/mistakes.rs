//! The mistakes in one use of an attribute. Each becomes one compile error.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::Error;

/// Collects mistakes, until [`Mistakes::into_errors`] turns them into tokens.
///
/// In tests it panics if it is dropped before that with mistakes in it.
#[derive(Default)]
#[must_use]
pub(crate) struct Mistakes {
    found: Vec<Error>,
}

impl Mistakes {
    /// Reports a mistake at the offending `tokens`. `wrong` says what is wrong and why, `help` what
    /// to write instead.
    pub(crate) fn report(&mut self, tokens: &dyn ToTokens, wrong: &str, help: &str) {
        self.found.push(Error::new_spanned(tokens, format!("{wrong}\n\nhelp: {help}")));
    }

    /// Reports a mistake at the attribute itself.
    pub(crate) fn report_at_attribute(&mut self, wrong: &str, help: &str) {
        self.found.push(Error::new(Span::call_site(), format!("{wrong}\n\nhelp: {help}")));
    }

    /// Reports an error of a parser.
    pub(crate) fn report_error(&mut self, error: Error) {
        self.found.push(error);
    }

    /// The number of mistakes so far.
    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    /// Removes the mistakes that were reported after the first `count`.
    pub(crate) fn forget_after(&mut self, count: usize) {
        self.found.truncate(count);
    }

    /// One `compile_error!` for each mistake, in the order of the reports.
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
            assert!(self.found.is_empty(), "mistakes were found but not reported");
        }
    }
}
