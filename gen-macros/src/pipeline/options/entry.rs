//! The options of `#[gen::main]` and `#[gen::test]`: which runtime runs the coroutine.
//!
//! They have the names and the meaning that they have in `#[tokio::main]` and `#[tokio::test]`.

use std::fmt::Display;
use std::str::FromStr;

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitBool, LitInt, LitStr, Token};

use super::{AttributeKind, set};
use crate::pipeline::mistakes::Mistakes;

/// The runtime that runs the coroutine of a `main` or a test.
#[derive(Default)]
pub(crate) enum Executor {
    /// An embedded loop.
    #[default]
    Embedded,
    /// A runtime of tokio. The span is that of the option `tokio`.
    Tokio(Flavor, Span),
}

/// The flavor of a runtime of tokio.
#[derive(Clone, Copy)]
pub(crate) enum Flavor {
    /// The number of its threads; without one, tokio chooses it.
    MultiThread(Option<usize>),
    /// If its clock is paused at the start: the span of the option that says so.
    CurrentThread { paused: Option<Span> },
    /// As `CurrentThread`, and futures that are not `Send` can be spawned.
    Local { paused: Option<Span> },
}

/// The options about tokio that were written, each with its name.
#[derive(Default)]
pub(super) struct TokioOptions {
    tokio: Option<Ident>,
    flavor: Option<(Ident, Named)>,
    worker_threads: Option<(Ident, usize)>,
    start_paused: Option<(Ident, bool)>,
}

/// The value of `flavor`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    MultiThread,
    CurrentThread,
    Local,
}

impl TokioOptions {
    /// Reads the rest of the option `name`.
    pub(super) fn parse(
        &mut self,
        name: Ident,
        input: ParseStream<'_>,
        mistakes: &mut Mistakes,
    ) -> syn::Result<()> {
        match name.to_string().as_str() {
            "flavor" => {
                let flavor = parse_flavor(&name, input)?;
                set(&mut self.flavor, &name, (name.clone(), flavor), mistakes);
            }
            "worker_threads" => {
                let threads = parse_threads(&name, input)?;
                set(&mut self.worker_threads, &name, (name.clone(), threads), mistakes);
            }
            "start_paused" => {
                let help = "write `start_paused = true`";
                let paused = value::<LitBool>(&name, input, "`true` or `false`", help)?.value;
                set(&mut self.start_paused, &name, (name.clone(), paused), mistakes);
            }
            _ => set(&mut self.tokio, &name, name.clone(), mistakes),
        }
        Ok(())
    }

    /// The runtime that the options mean. Options that contradict each other are reported.
    pub(super) fn executor(self, kind: AttributeKind, mistakes: &mut Mistakes) -> Executor {
        let Some(tokio) = &self.tokio else {
            self.report_without_tokio(kind, mistakes);
            return Executor::Embedded;
        };
        let default = if kind == AttributeKind::Test { Named::CurrentThread } else { Named::MultiThread };
        let flavor = self.flavor.as_ref().map_or(default, |(_, flavor)| *flavor);
        let (threads, paused) = (self.threads(flavor, kind, mistakes), self.paused(flavor, mistakes));
        let flavor = match flavor {
            Named::MultiThread => Flavor::MultiThread(threads),
            Named::CurrentThread => Flavor::CurrentThread { paused },
            Named::Local => Flavor::Local { paused },
        };
        Executor::Tokio(flavor, tokio.span())
    }

    fn report_without_tokio(&self, kind: AttributeKind, mistakes: &mut Mistakes) {
        let flavor = self.flavor.as_ref().map(|(name, _)| name);
        let threads = self.worker_threads.as_ref().map(|(name, _)| name);
        let paused = self.start_paused.as_ref().map(|(name, _)| name);
        for name in [flavor, threads, paused].into_iter().flatten() {
            mistakes.report(
                name,
                &format!(
                    "`{name}` is an option for tokio, and `{}` runs an embedded loop, \
                     which has one thread and one flavor",
                    kind.name()
                ),
                &format!("write `{}`, or remove `{name}`", kind.with(&format!("tokio, {name} = .."))),
            );
        }
    }

    fn threads(&self, flavor: Named, kind: AttributeKind, mistakes: &mut Mistakes) -> Option<usize> {
        let (name, threads) = self.worker_threads.as_ref()?;
        if flavor != Named::MultiThread {
            let wrong = "only the flavor `multi_thread` has worker threads";
            let default = format!("{wrong}, and `{}` has the flavor `current_thread`", kind.with("tokio"));
            let wrong = if self.flavor.is_some() { wrong } else { &default };
            mistakes.report(name, wrong, "write `flavor = \"multi_thread\"`, or remove `worker_threads`");
            return None;
        }
        Some(*threads)
    }

    fn paused(&self, flavor: Named, mistakes: &mut Mistakes) -> Option<Span> {
        let (name, true) = self.start_paused.as_ref()? else { return None };
        if flavor == Named::MultiThread {
            mistakes.report(
                name,
                "the clock of the flavor `multi_thread` cannot be paused",
                "write `flavor = \"current_thread\"`, or remove `start_paused`",
            );
            return None;
        }
        Some(name.span())
    }
}

fn parse_flavor(name: &Ident, input: ParseStream<'_>) -> syn::Result<Named> {
    const FLAVORS: &str = "write `\"multi_thread\"`, `\"current_thread\"` or `\"local\"`";
    let written: LitStr = value(name, input, "one of tokio's flavors", FLAVORS)?;
    match written.value().as_str() {
        "multi_thread" => Ok(Named::MultiThread),
        "current_thread" => Ok(Named::CurrentThread),
        "local" => Ok(Named::Local),
        other => Err(syn::Error::new(written.span(), format!("unknown flavor `{other}`\n\nhelp: {FLAVORS}"))),
    }
}

fn parse_threads(name: &Ident, input: ParseStream<'_>) -> syn::Result<usize> {
    const HELP: &str = "write a literal, such as `worker_threads = 4`";
    match number(name, input, "a number of threads", HELP)? {
        (0, span) => {
            let wrong = "without a worker thread nothing would run";
            Err(syn::Error::new(span, format!("{wrong}\n\nhelp: write at least 1")))
        }
        (threads, _) => Ok(threads),
    }
}

/// Reads the `= number` of an option. `what` names the numbers that fit.
pub(super) fn number<N: FromStr<Err: Display>>(
    name: &Ident,
    input: ParseStream<'_>,
    what: &str,
    help: &str,
) -> syn::Result<(N, Span)> {
    let written: LitInt = value(name, input, "a number", help)?;
    let (span, suffix) = (written.span(), written.suffix());
    if !suffix.is_empty() {
        return Err(needs(span, name, &format!("a number without the suffix `{suffix}`"), help));
    }
    let number = written.base10_parse().map_err(|_| needs(span, name, what, help))?;
    Ok((number, span))
}

/// Reads the `= value` of an option.
pub(super) fn value<T: Parse>(
    name: &Ident,
    input: ParseStream<'_>,
    what: &str,
    help: &str,
) -> syn::Result<T> {
    if !input.peek(Token![=]) {
        return Err(needs(name.span(), name, what, help));
    }
    input.parse::<Token![=]>()?;
    let span = if input.is_empty() { name.span() } else { input.span() };
    input.parse().map_err(|_| needs(span, name, what, help))
}

pub(super) fn needs(span: Span, name: &Ident, what: &str, help: &str) -> syn::Error {
    syn::Error::new(span, format!("`{name}` needs {what}\n\nhelp: {help}"))
}
