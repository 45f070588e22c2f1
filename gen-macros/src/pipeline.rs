//! From tokens to tokens: parse, check, lower, expand.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Path, Token};

use crate::lower::{self, Lowered};
use crate::mistakes::Mistakes;
use crate::neighbours::foreign;
use crate::neighbours::instrument::{self, Instrumentation};
use crate::neighbours::wrapper::Outer;
use crate::options::{Attribute, Options};
use crate::parse::Function;
use crate::paths::Paths;
use crate::survey::Survey;
use crate::{check, expand, fallback, repair};

/// The whole of an attribute: its options and its item become what is emitted.
pub(crate) fn run(attribute: Attribute, options: TokenStream, item: TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let parsed_options = Options::parse(attribute, options.clone(), &mut mistakes);
    let paths = Paths::new(parsed_options.runtime.as_ref().map(|(_, path)| path));
    let (function, unread) = match Function::parse(item.clone()) {
        Ok(function) => (function, None),
        Err(error) => match repair::parse(item.clone()) {
            Some((function, unread)) => (function, Some(unread)),
            None => return fallback::not_a_function(attribute, item, error, mistakes),
        },
    };
    if unread.is_none()
        && let Some(tokens) = instrument::put_above(attribute, &options, &function, &paths)
    {
        // They are found again.
        drop(mistakes.into_errors());
        return tokens;
    }
    let mut tokens = expand(attribute, parsed_options, function, unread.is_none(), &paths, &mut mistakes);
    mistakes.into_errors().to_tokens(&mut tokens);
    unread.unwrap_or_default().put_back(tokens)
}

/// A function that could be read as a `whole`, or not quite.
fn expand(
    attribute: Attribute,
    mut options: Options,
    mut function: Function,
    whole: bool,
    paths: &Paths,
    mistakes: &mut Mistakes,
) -> TokenStream {
    let outer = if whole { Outer::take(attribute, &mut function, mistakes) } else { None };
    let callable = check::signature(attribute, &mut function, mistakes);
    let is_ours = foreign::check(attribute, &mut function, mistakes);
    check::returns(&mut function.signature, &mut options, mistakes);
    let (instrumentation, survey) = survey(&mut function);
    let hidden = !callable || !is_ours || instrument::check(&function, &survey, mistakes);
    // How the body yields, if it had better not be shown to rustc.
    let misplaced = check::body(&mut function, &survey, hidden, mistakes);
    let mut lowered = Lowered::new(function, &survey, options, paths);
    lowered.instrumentation = instrumentation;
    let tokens = match misplaced {
        Some(yields) => {
            // Callers take what is no coroutine any more for what it is.
            let made = if is_ours { attribute } else { Attribute::Main };
            fallback::without_body(made, &lowered, paths, &yields)
        }
        None => expand::with_body(attribute, &lowered, paths),
    };
    match outer {
        Some(outer) => outer.around(tokens, paths),
        None => tokens,
    }
}

/// What is to be known of a body, and what `#[tracing::instrument]` has put around it.
fn survey(function: &mut Function) -> (Option<Instrumentation>, Survey) {
    let survey = Survey::of(function.body.tokens());
    match survey.instrumented.then(|| instrument::take(function)).flatten() {
        Some(instrumentation) => (Some(instrumentation), Survey::of(function.body.tokens())),
        None => (None, survey),
    }
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
