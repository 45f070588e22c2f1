//! What must hold of whatever the attributes are fed.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{File, ImplItem, ImplItemFn, ItemFn, TraitItem, TraitItemFn};

use crate::corpus::size;
use crate::input::Input;
use crate::work;

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It panicked, there.
    Panic(String),
    /// It cost more than an input of its size may.
    Work,
    /// A function went in, and what came out is none.
    DoesNotParse,
    /// Words of the item are gone, and no error says why.
    Lost,
}

/// What became of an input.
pub(crate) struct Outcome {
    /// Whether a function went in.
    pub(crate) parsed: bool,
    /// Whether it came out without an error.
    pub(crate) accepted: bool,
    /// What it cost, of what it may, in hundredths.
    pub(crate) work: usize,
}

/// How many bytes an input of so many trees may cost: several times of what is seen. The square is for what is deep, where each level may look at
/// all that is in it; that long items cost in proportion is tested with long items.
fn most_work(size: usize) -> usize {
    500_000 + 10_000 * size + 200 * size * size
}

thread_local! {
    /// Where the attribute panicked, and why.
    static NOTED: RefCell<String> = const { RefCell::new(String::new()) };
    static RUNNING: Cell<bool> = const { Cell::new(false) };
}

/// Has panics of the attributes noted down and not printed: they are told with their input.
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

/// Runs the attribute and looks at what comes out.
///
/// # Errors
///
/// What went wrong.
pub(crate) fn check(input: &Input) -> Result<Outcome, Failure> {
    let Input { attribute, options, item } = input;
    let run = || {
        // Only that it does not panic: there is nothing that must come out.
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

/// Where a function stands.
#[derive(Clone, Copy)]
enum Place {
    Free,
    Impl,
    Trait,
}

impl Place {
    /// Where an item could stand, if it is a function.
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

    /// Whether what the parser has read of an item, it reads again when it is printed. With delimiters that are not seen it may not, and neither is
    /// that ours, nor would rustc take it.
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

/// Whether the names and literals of the item's body are all in the output, in their order.
fn keeps_words(item: &TokenStream, output: &TokenStream) -> bool {
    let (mut wanted, mut there) = (Vec::new(), Vec::new());
    words(body(item), &mut wanted);
    // A frame that another walk has put there is taken out.
    if wanted.iter().any(|word| word == "frame") {
        return true;
    }
    words(output.clone(), &mut there);
    let mut there = there.into_iter();
    wanted.iter().skip_while(|word| *word == "allow").all(|wanted| there.any(|word| word == *wanted))
}

/// What stands in the braces at the end of an item, also when a `macro_rules!` has handed them on.
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
