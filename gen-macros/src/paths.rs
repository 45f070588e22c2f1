//! Every path into the runtime that the attributes emit. No other file names one.
//!
//! `::r#gen` is right for users of every edition; from 2024 on `gen` alone is a keyword.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Path;
use syn::spanned::Spanned;

/// The span of all that is ours: local names are hygienic, lints stay quiet, edition 2024 applies.
pub(crate) fn ours() -> Span {
    Span::mixed_site()
}

/// Where the runtime is.
pub(crate) struct Paths {
    /// The option `crate = path`; else the runtime is where it usually is.
    root: Option<Path>,
    /// Where rustc points if what is called by a path cannot be.
    place: Span,
}

impl Paths {
    /// The runtime at `root` (the option `crate = path`), or where it usually is.
    pub(crate) fn new(root: Option<&Path>) -> Paths {
        Paths { root: root.cloned(), place: ours() }
    }

    /// The same paths, at another place: an expression begins, and its errors are, where its first token is.
    pub(crate) fn at(&self, place: Span) -> Paths {
        Paths { root: self.root.clone(), place: ours().located_at(place) }
    }

    /// The span of what is called by these paths.
    pub(crate) fn place(&self) -> Span {
        self.place
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

    /// The call of a body that does not yield.
    pub(crate) fn no_call(&self) -> TokenStream {
        self.private("NO_CALL")
    }

    /// Makes what a call of a coroutine function has of its own, which the machine keeps, and the frame that its body yields through.
    pub(crate) fn call(&self) -> TokenStream {
        self.private("call")
    }

    /// What a `yield_!` goes through: a body's comes from its call, nested `async` blocks and closures have their own.
    pub(crate) fn frame(&self) -> TokenStream {
        self.private("Frame")
    }

    /// Name and definition site of a coroutine.
    pub(crate) fn site(&self) -> TokenStream {
        self.private("Site")
    }

    /// The trait that spells `!` where rustc does not take it.
    pub(crate) fn never(&self) -> TokenStream {
        self.private("Never")
    }

    /// The trait of every type, with a function that is never called: its result is of that type.
    pub(crate) fn unreached(&self) -> TokenStream {
        self.private("Unreached")
    }

    /// `Send`, whatever the user calls so.
    pub(crate) fn send(&self) -> TokenStream {
        self.private("Send")
    }

    /// The macro that walks a body which came later.
    pub(crate) fn unfinished(&self) -> TokenStream {
        self.private("unfinished")
    }

    /// Where the runtime is, for a macro that emits paths to it.
    pub(crate) fn root(&self) -> TokenStream {
        self.root.as_ref().map_or_else(|| quote_spanned!(ours()=> ::r#gen), ToTokens::to_token_stream)
    }

    /// A name that users know. At a path that was given it is looked for where ours are: if the path is wrong, rustc then misses the same each time, and says so once.
    fn public(&self, name: &str) -> TokenStream {
        if self.root.is_some() {
            return self.private(name);
        }
        let name = syn::Ident::new(name, self.place);
        quote_spanned!(self.place=> ::r#gen::#name)
    }

    fn private(&self, name: &str) -> TokenStream {
        let name = syn::Ident::new(name, self.place);
        match &self.root {
            None => quote_spanned!(self.place=> ::r#gen::__private::#name),
            Some(root) => {
                let private = quote_spanned!(ours().located_at(root.span())=> __private);
                quote_spanned!(self.place=> #root::#private::#name)
            }
        }
    }
}
