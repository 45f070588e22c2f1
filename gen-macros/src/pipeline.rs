//! From tokens to tokens: parse, check, lower, expand.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Path, Token};

use crate::lower::{self, Lowered};
use crate::mistakes::Mistakes;
use crate::options::{Attribute, Options};
use crate::parse::Function;
use crate::paths::Paths;
use crate::survey::Survey;
use crate::{check, expand, fallback, repair};

/// The whole of an attribute: its options and its item become what is emitted.
pub(crate) fn run(attribute: Attribute, options: TokenStream, item: TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let mut options = Options::parse(attribute, options, &mut mistakes);
    let (mut function, unread) = match Function::parse(item.clone()) {
        Ok(function) => (function, repair::Unread::default()),
        Err(error) => match repair::parse(item.clone()) {
            Some(function) => function,
            None => return fallback::not_a_function(attribute, item, error, mistakes),
        },
    };
    let paths = Paths::new(options.runtime.as_ref().map(|(_, path)| path));
    let callable = check::signature(attribute, &mut function, &mut mistakes);
    check::returns(&mut function.signature, &mut options, &mut mistakes);
    let survey = Survey::of(function.body.tokens());
    // How the body yields, if it had better not be shown to rustc.
    let misplaced = check::body(&mut function, &survey, &mut mistakes).or_else(|| (!callable).then(Vec::new));
    let lowered = Lowered::new(function, &survey, options, &paths);
    let mut tokens = match misplaced {
        Some(yields) => fallback::without_body(attribute, &lowered, &paths, &yields),
        None => expand::with_body(attribute, &lowered, &paths),
    };
    mistakes.into_errors().to_tokens(&mut tokens);
    unread.put_back(tokens)
}

/// A body that an attribute has not seen: its yields get the frame that was declared for it.
pub(crate) fn unfinished(tokens: TokenStream) -> TokenStream {
    let parse = |input: ParseStream<'_>| {
        let runtime: Path = input.parse()?;
        input.parse::<Token![,]>()?;
        let frame: Ident = input.parse()?;
        input.parse::<Token![,]>()?;
        Ok((runtime, frame, input.parse::<TokenStream>()?))
    };
    match parse.parse2(tokens) {
        Ok((runtime, frame, body)) => lower::unfinished(&Paths::new(Some(&runtime)), &frame, body),
        Err(error) => error.to_compile_error(),
    }
}
