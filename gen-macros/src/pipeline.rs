//! From tokens to tokens: parse, check, lower, expand.

use proc_macro2::TokenStream;

use crate::lower::Lowered;
use crate::mistakes::Mistakes;
use crate::options::{Attribute, Options};
use crate::parse::Function;
use crate::paths::Paths;
use crate::{check, expand, fallback};

/// The whole of an attribute: its options and its item become what is emitted.
pub(crate) fn run(attribute: Attribute, options: TokenStream, item: TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let mut options = Options::parse(attribute, options, &mut mistakes);
    let mut function = match syn::parse2::<Function>(item.clone()) {
        Ok(function) => function,
        Err(error) => return fallback::not_a_function(attribute, item, error, mistakes),
    };
    let paths = Paths::new(options.runtime.as_ref().map(|(_, path)| path));
    let callable = check::signature(attribute, &mut function, &mut mistakes);
    check::returns(&function.signature, &mut options, &mut mistakes);
    // How the body yields, if it had better not be shown to rustc.
    let misplaced = check::body(&function, &mut mistakes).or_else(|| (!callable).then(Vec::new));
    let lowered = Lowered::new(function, options, &paths);
    let mut tokens = match misplaced {
        Some(yields) => fallback::without_body(attribute, &lowered, &paths, &yields),
        None => expand::with_body(attribute, &lowered, &paths),
    };
    tokens.extend(mistakes.into_errors());
    tokens
}
