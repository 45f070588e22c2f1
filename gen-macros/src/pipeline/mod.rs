//! From tokens to tokens: parse, check, lower, expand.

pub(crate) mod argument_names;
pub(crate) mod before_rust_188;
pub(crate) mod check;
pub(crate) mod editor;
pub(crate) mod expand;
pub(crate) mod fallback;
pub(crate) mod library;
pub(crate) mod lower;
pub(crate) mod mistakes;
pub(crate) mod neighbours;
pub(crate) mod options;
pub(crate) mod parse;
pub(crate) mod paths;
pub(crate) mod scan;
pub(crate) mod tokens;
pub(crate) mod types;

use proc_macro2::TokenStream;
use quote::ToTokens;

use self::check::Verdict;
use self::editor::repair::{self, Unread};
use self::library::Library;
use self::lower::Lowered;
use self::mistakes::Mistakes;
use self::neighbours::instrument::{self, Instrumentation};
use self::neighbours::wrapper::OuterFunction;
use self::options::{AttributeKind, Options};
use self::parse::Function;
use self::paths::Paths;
use self::scan::BodyScan;

/// Expands the attribute `kind`, with its options, on an item.
pub(crate) fn run(kind: AttributeKind, options: TokenStream, item: TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let parsed_options = Options::parse(kind, options.clone(), &mut mistakes);
    let paths = paths(kind, &parsed_options, &mut mistakes);
    let (function, unread) = match parse(item.clone()) {
        Ok(parsed) => parsed,
        Err(error) => return fallback::not_a_function(kind, item, error, mistakes),
    };
    let put_above = || instrument::put_above(kind, &options, &function, &paths);
    if let Some(tokens) = unread.is_none().then(put_above).flatten() {
        // The attribute is expanded again, and then finds the mistakes again.
        drop(mistakes.into_errors());
        return tokens;
    }
    let mut tokens = transform(kind, parsed_options, function, unread.is_none(), &paths, &mut mistakes);
    mistakes.into_errors().to_tokens(&mut tokens);
    unread.unwrap_or_default().put_back(tokens)
}

/// The paths into the library, at the path of the option `crate = path` or where it is found.
fn paths(kind: AttributeKind, options: &Options, mistakes: &mut Mistakes) -> Paths {
    if let Some((_, path)) = &options.runtime {
        return Paths::new(Some(path));
    }
    match Library::find() {
        Library::Usual => Paths::new(None),
        Library::At(path) => Paths::new(Some(&path)),
        Library::Missing => {
            let name = kind.name();
            mistakes.report_at_attribute(
                &format!("`{name}` does not find the library: no dependency in Cargo.toml is `gen-runtime`"),
                "give the attribute the path of the crate that re-exports it: `crate = path`",
            );
            Paths::new(None)
        }
    }
}

/// Parses a function, and the parts of its signature that are not valid Rust.
fn parse(item: TokenStream) -> syn::Result<(Function, Option<Unread>)> {
    match Function::parse(item.clone()) {
        Ok(function) => Ok((function, None)),
        Err(error) => repair::parse(item).map(|(function, unread)| (function, Some(unread))).ok_or(error),
    }
}

/// Checks, lowers and expands a function. It is `whole` if its signature was parsed as a whole.
fn transform(
    kind: AttributeKind,
    mut options: Options,
    mut function: Function,
    whole: bool,
    paths: &Paths,
    mistakes: &mut Mistakes,
) -> TokenStream {
    let outer = if whole { OuterFunction::take(kind, &mut function, mistakes) } else { None };
    let (instrumentation, scan) = scan(&mut function);
    let verdict = check::all(kind, &mut function, &mut options, &scan, mistakes);
    let lowered = Lowered::new(function, &scan, instrumentation, options, paths);
    let tokens = match verdict {
        Verdict::Emit => expand::with_body(kind, &lowered, paths),
        Verdict::LeaveOut { kind, yields } => fallback::without_body(kind, &lowered, paths, &yields),
    };
    match outer {
        Some(outer) => outer.around(tokens, paths),
        None => tokens,
    }
}

/// Scans the body. If `#[tracing::instrument]` has put something around it, that is taken out
/// first.
fn scan(function: &mut Function) -> (Option<Instrumentation>, BodyScan) {
    let scan = BodyScan::of(function.body.tokens());
    match scan.instrumented.then(|| instrument::take(function)).flatten() {
        Some(instrumentation) => (Some(instrumentation), BodyScan::of(function.body.tokens())),
        None => (None, scan),
    }
}
