//! Parse: the options of an attribute, which stand in its parentheses.

mod entry;
mod nearest;
mod test;

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, Path, Token, token};

use self::entry::TokioOptions;
pub(crate) use self::entry::{Executor, Flavor};
use self::nearest::nearest;
pub(crate) use self::test::{Limit, TestOptions};
use crate::pipeline::mistakes::Mistakes;

/// Which of our attributes was written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttributeKind {
    /// `#[gen::coroutine]` or `#[gen::co]`.
    Coroutine,
    /// `#[gen::engine]`.
    Engine,
    /// `#[gen::main]`.
    Main,
    /// `#[gen::test]`.
    Test,
}

impl AttributeKind {
    /// The attribute as messages write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            AttributeKind::Coroutine => "#[gen::coroutine]",
            AttributeKind::Engine => "#[gen::engine]",
            AttributeKind::Main => "#[gen::main]",
            AttributeKind::Test => "#[gen::test]",
        }
    }

    /// The names of its options.
    fn options(self) -> &'static [&'static str] {
        match self {
            AttributeKind::Coroutine => &["boxed", "dyn", "send", "returns", "crate"],
            AttributeKind::Engine => &["send", "crate"],
            AttributeKind::Main => &["tokio", "flavor", "worker_threads", "start_paused", "crate"],
            AttributeKind::Test => &[
                "limit",
                "shuffled",
                "seed",
                "leaks",
                "tokio",
                "flavor",
                "worker_threads",
                "start_paused",
                "crate",
            ],
        }
    }

    /// The attribute as messages write it, with options.
    fn with(self, options: &str) -> String {
        format!("{}({options})]", self.name().trim_end_matches(']'))
    }
}

/// The options that were written. A field with an `Ident` keeps the name of its option, where a
/// mistake can be reported.
#[derive(Default)]
pub(crate) struct Options {
    /// `boxed`: the coroutine is allocated in a box, and its type stays opaque.
    pub(crate) boxed: Option<Ident>,
    /// `dyn`: the function returns a boxed trait object.
    pub(crate) erased: Option<Threads>,
    /// `send`: the return type includes `+ Send`.
    pub(crate) send: Option<Ident>,
    /// `returns`: the error `gen::Return(v)` ends the coroutine with `Ok(v)`.
    pub(crate) returns: Option<Ident>,
    /// `crate = path`: the path of the runtime, if it is not `::gen`.
    pub(crate) runtime: Option<(Ident, Path)>,
    /// The runtime that runs the coroutine of a `main` or a test.
    pub(crate) executor: Executor,
    /// The options of a test about the test itself.
    pub(crate) test: TestOptions,
}

/// The argument of the option `dyn`: whether the trait object is `Send`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Threads {
    /// `dyn`: it is.
    Send,
    /// `dyn(local)`: it need not be.
    Local,
}

impl Options {
    /// Reads the options. A wrong option is reported and left out, so that the others still count.
    pub(crate) fn parse(kind: AttributeKind, tokens: TokenStream, mistakes: &mut Mistakes) -> Options {
        let (mut options, mut tokio) = (Options::default(), TokioOptions::default());
        let list = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = options.parse_one(kind, &mut tokio, input, mistakes) {
                    mistakes.report_error(error);
                    skip_until_comma(input);
                }
                if let Err(error) = parse_comma(input) {
                    mistakes.report_error(error);
                }
            }
            Ok(())
        };
        if let Err(error) = list.parse2(tokens) {
            mistakes.report_error(error);
        }
        options.check_conflicts(mistakes);
        options.executor = tokio.executor(kind, mistakes);
        options.test.check(&options.executor, mistakes);
        options
    }

    fn parse_one(
        &mut self,
        kind: AttributeKind,
        tokio: &mut TokioOptions,
        input: ParseStream<'_>,
        mistakes: &mut Mistakes,
    ) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            let wrong = format!("expected an option of `{}`", kind.name());
            return Err(input.error(format!("{wrong}\n\nhelp: {}", all_options(kind))));
        }
        let name = Ident::parse_any(input)?;
        let text = name.to_string();
        if !kind.options().contains(&text.as_str()) {
            skip_until_comma(input);
            report_unknown(kind, &name, mistakes);
            return Ok(());
        }
        match text.as_str() {
            "boxed" => set(&mut self.boxed, &name, name.clone(), mistakes),
            "send" => set(&mut self.send, &name, name.clone(), mistakes),
            "returns" => set(&mut self.returns, &name, name.clone(), mistakes),
            "dyn" => {
                let threads = parse_threads(input)?;
                set(&mut self.erased, &name, threads, mistakes);
            }
            "crate" => {
                let path = parse_path(&name, input)?;
                set(&mut self.runtime, &name, (name.clone(), path), mistakes);
            }
            "limit" | "shuffled" | "seed" | "leaks" => self.test.parse(name, input, mistakes)?,
            _ => tokio.parse(name, input, mistakes)?,
        }
        Ok(())
    }

    fn check_conflicts(&mut self, mistakes: &mut Mistakes) {
        let Some(erased) = self.erased else { return };
        if let Some(boxed) = self.boxed.take() {
            mistakes.report(
                &boxed,
                "`boxed` and `dyn` cannot be combined: `dyn` already boxes the coroutine",
                "remove `boxed`",
            );
        }
        if let Some(send) = self.send.take() {
            let (wrong, help) = match erased {
                Threads::Send => (
                    "`send` and `dyn` cannot be combined: with `dyn` the coroutine is already `Send`",
                    "remove `send`",
                ),
                Threads::Local => (
                    "`send` and `dyn(local)` contradict each other: a local coroutine is not `Send`",
                    "remove `send`, or write `dyn` without `(local)`",
                ),
            };
            mistakes.report(&send, wrong, help);
        }
    }
}

/// Stores an option, unless it was given before.
fn set<T>(slot: &mut Option<T>, name: &Ident, value: T, mistakes: &mut Mistakes) {
    if slot.is_some() {
        report_twice(name, mistakes);
    } else {
        *slot = Some(value);
    }
}

fn report_twice(name: &Ident, mistakes: &mut Mistakes) {
    mistakes.report(name, &format!("the option `{name}` is given twice"), "remove one of them");
}

fn parse_path(name: &Ident, input: ParseStream<'_>) -> syn::Result<Path> {
    const HELP: &str = "`crate` needs the path of the runtime\n\nhelp: write `crate = path`, without quotes";
    if !input.peek(Token![=]) {
        return Err(syn::Error::new(name.span(), HELP));
    }
    input.parse::<Token![=]>()?;
    let value = if input.is_empty() { name.span() } else { input.span() };
    let mut path = Path::parse_mod_style(input).map_err(|_| syn::Error::new(value, HELP))?;
    // In edition 2024 `gen` is a keyword. In this path it may be written without `r#`.
    for segment in path.segments.iter_mut().filter(|segment| segment.ident == "gen") {
        segment.ident = Ident::new_raw("gen", segment.ident.span());
    }
    Ok(path)
}

fn parse_threads(input: ParseStream<'_>) -> syn::Result<Threads> {
    if !input.peek(token::Paren) {
        return Ok(Threads::Send);
    }
    let content;
    let parens = syn::parenthesized!(content in input);
    let word = content.call(Ident::parse_any).ok().filter(|word| word == "local" && content.is_empty());
    skip_until_comma(&content);
    while let Ok(Some(_)) = content.parse::<Option<Token![,]>>() {
        skip_until_comma(&content);
    }
    word.map(|_| Threads::Local).ok_or_else(|| {
        syn::Error::new(
            parens.span.join(),
            "`dyn` takes `local` or nothing\n\nhelp: write `dyn` or `dyn(local)`",
        )
    })
}

/// Reads the comma after an option, and skips the tokens before it.
fn parse_comma(input: ParseStream<'_>) -> syn::Result<()> {
    let misplaced = (!input.is_empty() && !input.peek(Token![,])).then(|| {
        let takes_a_value = input.peek(Token![=]) || input.peek(token::Paren);
        let help =
            if takes_a_value { "this option takes no value" } else { "options are separated by commas" };
        input.error(format!("expected `,`\n\nhelp: {help}"))
    });
    skip_until_comma(input);
    input.parse::<Option<Token![,]>>()?;
    misplaced.map_or(Ok(()), Err)
}

fn skip_until_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<proc_macro2::TokenTree>().is_err() {
            return;
        }
    }
}

fn report_unknown(kind: AttributeKind, name: &Ident, mistakes: &mut Mistakes) {
    let wrong = format!("unknown option `{name}` of `{}`", kind.name());
    let help = match nearest(&name.to_string(), kind.options()) {
        Some("dyn") if name == "local" => "did you mean `dyn(local)`?".to_owned(),
        Some(known) => format!("did you mean `{}`?", spelling(known)),
        None => all_options(kind),
    };
    mistakes.report(name, &wrong, &help);
}

fn all_options(kind: AttributeKind) -> String {
    let options = kind.options();
    let mut all = if options.len() > 1 { "the options are " } else { "the only option is " }.to_owned();
    for (position, known) in options.iter().enumerate() {
        all += if position > 0 { ", `" } else { "`" };
        all += spelling(known);
        all += "`";
    }
    all
}

/// An option as it is written, with its value.
fn spelling(option: &'static str) -> &'static str {
    match option {
        "crate" => "crate = path",
        "flavor" => "flavor = \"..\"",
        "worker_threads" => "worker_threads = N",
        "start_paused" => "start_paused = true",
        "limit" => "limit = \"..\"",
        "seed" => "seed = N",
        "leaks" => "leaks = \"allowed\"",
        other => other,
    }
}
