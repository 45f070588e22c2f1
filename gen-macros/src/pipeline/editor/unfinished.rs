//! The macro `unfinished!(runtime, frame, body)`, for a body that the attribute has not seen.
//!
//! An editor that cannot parse a body passes the attribute a word in its place, and puts the body
//! back into what the attribute emits. [`lower`] emits that word as the last argument of this
//! macro, which therefore receives the body. It adds the frame to the yields, which the attribute
//! could not do.

use proc_macro2::{Ident, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::{Path, Token};

use crate::pipeline::lower;
use crate::pipeline::paths::Paths;

/// Expands the macro: the yields of the body get the frame that the attribute has declared.
pub(crate) fn expand(tokens: TokenStream) -> TokenStream {
    let parse = |input: ParseStream<'_>| {
        let runtime: Path = input.parse()?;
        input.parse::<Token![,]>()?;
        let frame: Ident = input.parse()?;
        input.parse::<Token![,]>()?;
        Ok((runtime, frame, input.parse::<TokenStream>()?))
    };
    match parse.parse2(tokens) {
        Ok((runtime, frame, body)) => lower::late_body(&Paths::new(Some(&runtime)), &frame, body),
        Err(error) => error.to_compile_error(),
    }
}
