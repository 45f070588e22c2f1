//! Places in the user's source, as the emitted code writes them.
//!
//! From Rust 1.88 on, a compiler gives the place of a span to a macro, which emits it as literals.
//! For an older compiler the emitted code calls `file!`, `line!` and `column!` with the span: they
//! give the place at which they are written, if they are written in the user's source, and the
//! place of the outermost macro otherwise.

use proc_macro2::{Delimiter, Group, Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::LitStr;

use crate::pipeline::before_rust_188;
use crate::pipeline::paths::{Paths, ours};

/// One more than the greatest column, here and in the runtime: `31_00017` is line 31, column 17.
const COLUMNS: u64 = 100_000;

/// A place in the user's source.
pub(crate) enum Place {
    /// The file as `file!` gives it, line and column from 1. Outside of a compiler, in unit tests,
    /// they are empty and zero.
    Known { file: String, line: u32, column: u32 },
    /// The compiler does not give the place to a macro.
    At(Span),
}

impl Place {
    pub(super) fn of(span: Span) -> Place {
        if !proc_macro::is_available() {
            return Place::Known { file: String::new(), line: 0, column: 0 };
        }
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let inner = span.unwrap();
        match before_rust_188::line_and_column(inner) {
            None => Place::At(span),
            Some((line, column)) => Place::Known {
                file: before_rust_188::file(inner),
                line: narrow(line),
                column: narrow(column),
            },
        }
    }

    /// The last three arguments of `Site::new`.
    pub(crate) fn arguments(&self, paths: &Paths) -> TokenStream {
        match self {
            Place::Known { file, line, column } => {
                let file = LitStr::new(file, ours());
                let [line, column] = [line, column].map(|number| Literal::u32_unsuffixed(*number));
                quote_spanned!(ours()=> #file, #line, #column)
            }
            Place::At(span) => {
                let here = paths.written_at(*span);
                let [file, line, column] = ["file", "line", "column"].map(|name| here.macro_of_std(name));
                quote_spanned!(*span=> #file!(), #line!(), #column!())
            }
        }
    }

    /// Line and column in one number, or a block that computes it. A place in another file than
    /// that of the function is replaced by the place of the function, whose site names the file.
    pub(super) fn in_function(&self, function: Option<&Place>, paths: &Paths) -> TokenStream {
        match (self, function) {
            (Place::Known { file, .. }, Some(Place::Known { file: other, line, column }))
                if file != other =>
            {
                number(*line, *column)
            }
            (Place::Known { line, column, .. }, _) => number(*line, *column),
            (Place::At(span), _) => {
                let here = paths.written_at(*span);
                let [line, column] = ["line", "column"].map(|name| here.macro_of_std(name));
                let columns = Literal::u64_unsuffixed(COLUMNS);
                let sum = quote_spanned!(*span=> #line!() as u64 * #columns + #column!() as u64);
                Group::new(Delimiter::Brace, sum).into_token_stream()
            }
        }
    }
}

fn number(line: u32, column: u32) -> TokenStream {
    let place = u64::from(line) * COLUMNS + u64::from(column).min(COLUMNS - 1);
    Literal::u64_unsuffixed(place).into_token_stream()
}

/// An empty span at the start of a span. Outside of a compiler, and with a compiler that does not
/// say where that is, the span itself.
pub(super) fn start_of(span: Span) -> Span {
    if proc_macro::is_available() { before_rust_188::start_of(span.unwrap()).into() } else { span }
}
