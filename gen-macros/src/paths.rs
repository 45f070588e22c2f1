//! Every path into the runtime that the attributes emit. No other file names one.
//!
//! `::r#gen` is right for users of every edition; from 2024 on `gen` alone is a keyword.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Path;

/// The span of all that is ours: local names are hygienic, lints stay quiet, edition 2024 applies.
pub(crate) fn ours() -> Span {
    Span::mixed_site()
}

/// Where the runtime is.
pub(crate) struct Paths {
    root: TokenStream,
}

impl Paths {
    /// The runtime at `root` (the option `crate = path`), or where it usually is.
    pub(crate) fn new(root: Option<&Path>) -> Paths {
        let root = root.map_or_else(|| quote_spanned!(ours()=> ::r#gen), ToTokens::to_token_stream);
        Paths { root }
    }

    /// The trait that every coroutine implements.
    pub(crate) fn coroutine(&self) -> TokenStream {
        self.public("Coroutine")
    }

    /// A boxed coroutine that is `Send`.
    pub(crate) fn box_coroutine(&self) -> TokenStream {
        self.public("BoxCoroutine")
    }

    /// A boxed coroutine that need not be.
    pub(crate) fn local_box_coroutine(&self) -> TokenStream {
        self.public("LocalBoxCoroutine")
    }

    /// Makes a coroutine of an `async` block and what is known about it.
    pub(crate) fn machine(&self) -> TokenStream {
        self.private("machine")
    }

    /// The same, where the block is suspended at its yields only.
    pub(crate) fn closed_machine(&self) -> TokenStream {
        self.private("closed_machine")
    }

    /// Moves a machine into a box, behind an opaque type.
    pub(crate) fn boxed(&self) -> TokenStream {
        self.private("boxed")
    }

    /// Runs a coroutine as the program's `main`.
    pub(crate) fn main(&self) -> TokenStream {
        self.private("main")
    }

    /// Puts a function behind a body, which its output goes through.
    pub(crate) fn ending(&self) -> TokenStream {
        self.private("ending")
    }

    /// The trait of what `gen::Return` can give.
    pub(crate) fn catch_return(&self) -> TokenStream {
        self.private("CatchReturn")
    }

    /// Starts a coroutine that nobody waits for.
    pub(crate) fn engine(&self) -> TokenStream {
        self.private("engine")
    }

    /// The trait of what an engine may return.
    pub(crate) fn engine_output(&self) -> TokenStream {
        self.private("EngineOutput")
    }

    /// `gen::Result`, of `()` where nothing else is said.
    pub(crate) fn result(&self) -> TokenStream {
        self.public("Result")
    }

    /// What a call of a coroutine function has of its own: the machine keeps it.
    pub(crate) fn call(&self) -> TokenStream {
        self.private("Call")
    }

    /// What a `yield_!` goes through: a body's comes from its call, nested `async` blocks and closures have their own.
    pub(crate) fn frame(&self) -> TokenStream {
        self.private("Frame")
    }

    /// Name and definition site of a coroutine.
    pub(crate) fn meta(&self) -> TokenStream {
        self.private("Meta")
    }

    /// The trait that spells `!` where rustc does not take it.
    pub(crate) fn never(&self) -> TokenStream {
        self.private("Never")
    }

    /// A function that is never called: its result has the type of an output.
    pub(crate) fn output(&self) -> TokenStream {
        self.private("output")
    }

    /// `Send`, whatever the user calls so.
    pub(crate) fn send(&self) -> TokenStream {
        self.private("Send")
    }

    /// `file!`, whatever the user calls so.
    pub(crate) fn file(&self) -> TokenStream {
        self.private("file")
    }

    /// The macro that walks a body which came later.
    pub(crate) fn unfinished(&self) -> TokenStream {
        self.private("unfinished")
    }

    /// Where the runtime is, for a macro that emits paths to it.
    pub(crate) fn root(&self) -> &TokenStream {
        &self.root
    }

    fn public(&self, name: &str) -> TokenStream {
        let (root, name) = (&self.root, syn::Ident::new(name, ours()));
        quote_spanned!(ours()=> #root::#name)
    }

    fn private(&self, name: &str) -> TokenStream {
        let (root, name) = (&self.root, syn::Ident::new(name, ours()));
        quote_spanned!(ours()=> #root::__private::#name)
    }
}
