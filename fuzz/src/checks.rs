//! The properties that must hold for every input.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{File, ImplItem, ImplItemFn, ItemFn, TraitItem, TraitItemFn};

use crate::corpus::size;
use crate::input::Input;
use crate::work;

/// The property that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The attribute panicked. The text has the place and the message.
    Panic(String),
    /// It allocated more than an input of this size may.
    Work,
    /// The input was a function, and the output does not parse.
    DoesNotParse,
    /// Words of the item are missing, and the output has no error.
    Lost,
}

/// The result for an input.
pub(crate) struct Outcome {
    /// Whether the input was a function.
    pub(crate) parsed: bool,
    /// Whether the output was a function without an error.
    pub(crate) accepted: bool,
    /// The cost, in hundredths of the limit.
    pub(crate) work: usize,
}

/// The number of bytes that an input with so many token trees may allocate: several times the cost
/// that is observed. The square is for deep inputs, where each level may look at everything inside
/// it. `growth` tests that long inputs cost in proportion to their length.
fn most_work(size: usize) -> usize {
    500_000 + 10_000 * size + 200 * size * size
}

thread_local! {
    /// The place and the message of the last panic.
    static NOTED: RefCell<String> = const { RefCell::new(String::new()) };
    static RUNNING: Cell<bool> = const { Cell::new(false) };
}

/// Notes panics of the attributes instead of printing them. They are printed later with their
/// input.
pub(crate) fn note_panics() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if RUNNING.get() {
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            NOTED.set(format!("{place}: {}", info.payload_as_str().unwrap_or_default()));
        } else {
            print(info);
        }
    }));
}

/// Runs the attribute and checks the output.
///
/// # Errors
///
/// The first property that does not hold.
pub(crate) fn check(input: &Input) -> Result<Outcome, Failure> {
    let Input { attribute, options, item } = input;
    let run = || {
        // Here only a panic would be a failure. Any output is correct.
        let _ = gen_fuzz::unfinished(body(item));
        gen_fuzz::run(*attribute, options.clone(), item.clone())
    };
    RUNNING.set(true);
    let (output, work) = work::of(|| panic::catch_unwind(AssertUnwindSafe(run)));
    RUNNING.set(false);
    let output = output.map_err(|_| Failure::Panic(NOTED.take()))?;
    let size = size(item) + size(options);
    if work > most_work(size) {
        return Err(Failure::Work);
    }
    let place = Place::of(item);
    if place.is_some_and(|place| !place.takes(&output) && place.survives_printing(item)) {
        return Err(Failure::DoesNotParse);
    }
    let accepted = !has_error(&output);
    if accepted && !keeps_words(item, &output) {
        return Err(Failure::Lost);
    }
    Ok(Outcome { parsed: place.is_some(), accepted, work: 100 * work / most_work(size) })
}

/// The context in which a function is parsed.
#[derive(Clone, Copy)]
enum Place {
    Free,
    Impl,
    Trait,
}

impl Place {
    /// The context in which the item parses as a function, if it does.
    fn of(item: &TokenStream) -> Option<Place> {
        let top: Vec<TokenTree> = item.clone().into_iter().collect();
        let declared = matches!(top.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == ';');
        let specialized = top.iter().any(|tree| matches!(tree, TokenTree::Ident(word) if word == "default"));
        if declared {
            parses::<TraitItemFn>(item).then_some(Place::Trait)
        } else if specialized {
            parses::<ImplItemFn>(item).then_some(Place::Impl)
        } else {
            parses::<ItemFn>(item).then_some(Place::Free)
        }
    }

    /// Whether the item still parses after it was parsed and printed. With invisible delimiters it
    /// may not; neither is that our fault, nor would rustc accept it.
    fn survives_printing(self, item: &TokenStream) -> bool {
        let printed = match self {
            Place::Free => syn::parse2::<ItemFn>(item.clone()).map(ToTokens::into_token_stream),
            Place::Impl => syn::parse2::<ImplItemFn>(item.clone()).map(ToTokens::into_token_stream),
            Place::Trait => syn::parse2::<TraitItemFn>(item.clone()).map(ToTokens::into_token_stream),
        };
        printed.is_ok_and(|printed| self.takes(&printed))
    }

    fn takes(self, output: &TokenStream) -> bool {
        match self {
            Place::Free => parses::<File>(output),
            Place::Impl => all_parse::<ImplItem>(output),
            Place::Trait => all_parse::<TraitItem>(output),
        }
    }
}

fn parses<T: Parse>(tokens: &TokenStream) -> bool {
    syn::parse2::<T>(tokens.clone()).is_ok()
}

fn all_parse<T: Parse>(tokens: &TokenStream) -> bool {
    let all = |input: ParseStream<'_>| {
        while !input.is_empty() {
            input.parse::<T>()?;
        }
        Ok(())
    };
    all.parse2(tokens.clone()).is_ok()
}

fn has_error(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|tree| matches!(tree, TokenTree::Ident(name) if name == "compile_error"))
}

/// Whether all names and literals of the item's body are in the output, in their order.
fn keeps_words(item: &TokenStream, output: &TokenStream) -> bool {
    let (mut wanted, mut there) = (Vec::new(), Vec::new());
    words(body(item), &mut wanted);
    // A frame that an earlier expansion has put there is removed.
    if wanted.iter().any(|word| word == "frame") {
        return true;
    }
    words(output.clone(), &mut there);
    let mut there = there.into_iter();
    wanted.iter().skip_while(|word| *word == "allow").all(|wanted| there.any(|word| word == *wanted))
}

/// The contents of the braces at the end of an item, also if a `macro_rules!` macro has passed the
/// item on.
fn body(item: &TokenStream) -> TokenStream {
    match item.clone().into_iter().last() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => group.stream(),
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::None => body(&group.stream()),
        _ => TokenStream::new(),
    }
}

fn words(tokens: TokenStream, into: &mut Vec<String>) {
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => words(group.stream(), into),
            TokenTree::Punct(_) => {}
            other => into.push(other.to_string()),
        }
    }
}
