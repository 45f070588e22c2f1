//! The options of `#[gen::test]` about the test itself: its limit, its order, the tasks that it may
//! leave.

use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::{Ident, LitStr};

use super::entry::{number, value};
use super::{AttributeKind, Executor, set};
use crate::pipeline::mistakes::Mistakes;

/// The options that were written.
#[derive(Default)]
pub(crate) struct TestOptions {
    pub(crate) limit: Option<Limit>,
    /// `shuffled`: the order of the tasks is another one in each run.
    pub(crate) shuffled: Option<Ident>,
    /// `seed = N`: the order of the tasks is that of a seed.
    pub(crate) seed: Option<(Ident, u64)>,
    /// `leaks = "allowed"`: tasks may be left at the end.
    pub(crate) leaks: Option<Ident>,
}

/// The value of `limit`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    None,
    Nanoseconds(u64),
}

impl TestOptions {
    /// Reads the rest of the option `name`.
    pub(super) fn parse(
        &mut self,
        name: Ident,
        input: ParseStream<'_>,
        mistakes: &mut Mistakes,
    ) -> syn::Result<()> {
        match name.to_string().as_str() {
            "limit" => {
                let limit = parse_limit(&name, input)?;
                set(&mut self.limit, &name, limit, mistakes);
            }
            "seed" => {
                const HELP: &str = "write a literal, such as `seed = 42`";
                let (seed, _) = number(&name, input, "a number of 64 bits", HELP)?;
                set(&mut self.seed, &name, (name.clone(), seed), mistakes);
            }
            "leaks" => {
                parse_allowed(&name, input)?;
                set(&mut self.leaks, &name, name.clone(), mistakes);
            }
            _ => set(&mut self.shuffled, &name, name.clone(), mistakes),
        }
        Ok(())
    }

    /// Reports and removes the options that the executor of the test does not have.
    pub(super) fn check(&mut self, executor: &Executor, mistakes: &mut Mistakes) {
        if let Executor::Embedded = executor {
            return;
        }
        let seed = self.seed.take().map(|(name, _)| name);
        for name in [self.shuffled.take(), seed].into_iter().flatten() {
            mistakes.report(
                &name,
                &format!("`{name}` is for the order of the loop of gen, and tokio has an order of its own"),
                &format!("remove `{name}`, or write `{}`", AttributeKind::Test.with(&name.to_string())),
            );
        }
    }
}

fn parse_limit(name: &Ident, input: ParseStream<'_>) -> syn::Result<Limit> {
    const HELP: &str =
        "write `limit = \"10s\"`, with one of the units `ms`, `s`, `min`, `h` and `d`, or `limit = \"none\"`";
    let written: LitStr = value(name, input, "a time", HELP)?;
    let text = written.value();
    if text == "none" {
        return Ok(Limit::None);
    }
    match nanoseconds(&text) {
        Some(nanoseconds) => Ok(Limit::Nanoseconds(nanoseconds)),
        None => Err(unknown(written.span(), &format!("`{text}` is not a time, or is too long"), HELP)),
    }
}

/// The time that a number with a unit means. `None` if it is too long or cannot be read.
fn nanoseconds(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    let milliseconds = match unit.trim_start() {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(milliseconds)?.checked_mul(1_000_000)
}

fn parse_allowed(name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
    let help = format!("write `{name} = \"allowed\"`");
    let written: LitStr = value(name, input, "the value `\"allowed\"`", &help)?;
    match written.value().as_str() {
        "allowed" => Ok(()),
        other => Err(unknown(written.span(), &format!("unknown value `{other}` of `{name}`"), &help)),
    }
}

fn unknown(span: Span, wrong: &str, help: &str) -> syn::Error {
    syn::Error::new(span, format!("{wrong}\n\nhelp: {help}"))
}
