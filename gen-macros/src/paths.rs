//! Every path into the runtime that the attributes emit. No other file names one.
//!
//! `::r#gen` is right for users of every edition; from 2024 on `gen` alone is a keyword.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, TokenStreamExt, quote_spanned};
use syn::spanned::Spanned;
use syn::{Path, Token};

use crate::options::AttributeKind;

/// The span of all that is ours: local names are hygienic, lints stay quiet, edition 2024 applies.
pub(crate) fn ours() -> Span {
    Span::mixed_site()
}

/// The name of the function that returns the coroutine's site, if the body does not use this name.
pub(crate) const SITE_FUNCTION: &str = "__coroutine_site";

/// The local variable that holds the frame of a body.
pub(crate) fn frame_name() -> Ident {
    Ident::new("__frame", ours())
}

/// Where the runtime is.
pub(crate) struct Paths {
    /// The option `crate = path`, and the span of all of it; else the runtime is where it usually is.
    root: Option<(TokenStream, Span)>,
    /// Where rustc points if what is called by a path cannot be.
    span: Span,
}

/// A path into the runtime. It is quoted straight into what is made: to make a stream of its own of it would cost a call of the compiler.
#[derive(Clone, Copy)]
pub(crate) struct RuntimePath<'a> {
    paths: &'a Paths,
    public: bool,
    name: &'static str,
}

impl Paths {
    /// The runtime at `root` (the option `crate = path`), or where it usually is.
    pub(crate) fn new(root: Option<&Path>) -> Paths {
        Paths { root: root.map(|root| (root.to_token_stream(), root.span())), span: ours() }
    }

    /// The same paths, at another place: an expression begins, and its errors are, where its first token is.
    pub(crate) fn at(&self, span: Span) -> Paths {
        Paths { root: self.root.clone(), span: ours().located_at(span) }
    }

    /// The span of what is called by these paths.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// One of our attributes.
    pub(crate) fn attribute(&self, attribute: AttributeKind) -> RuntimePath<'_> {
        self.private(match attribute {
            AttributeKind::Coroutine => "coroutine",
            AttributeKind::Engine => "engine",
            AttributeKind::Main => "main",
        })
    }

    /// The trait that every coroutine implements.
    pub(crate) fn coroutine(&self) -> RuntimePath<'_> {
        self.public("Coroutine")
    }

    /// A boxed coroutine that is `Send`.
    pub(crate) fn box_coroutine(&self) -> RuntimePath<'_> {
        self.public("BoxCoroutine")
    }

    /// A boxed coroutine that need not be.
    pub(crate) fn local_box_coroutine(&self) -> RuntimePath<'_> {
        self.public("LocalBoxCoroutine")
    }

    /// Makes a coroutine of an `async` block and what is known about it.
    pub(crate) fn machine(&self) -> RuntimePath<'_> {
        self.private("machine")
    }

    /// The same, where the block is suspended at its yields only.
    pub(crate) fn closed_machine(&self) -> RuntimePath<'_> {
        self.private("closed_machine")
    }

    /// Moves a machine into a box, behind an opaque type.
    pub(crate) fn boxed(&self) -> RuntimePath<'_> {
        self.private("boxed")
    }

    /// Runs a coroutine as the program's `main`.
    pub(crate) fn main(&self) -> RuntimePath<'_> {
        self.private("main")
    }

    /// Puts a function behind a body, which its output goes through.
    pub(crate) fn map_output(&self) -> RuntimePath<'_> {
        self.private("ending")
    }

    /// The trait of what `gen::Return` can give.
    pub(crate) fn catch_return(&self) -> RuntimePath<'_> {
        self.private("CatchReturn")
    }

    /// Starts a coroutine that nobody waits for.
    pub(crate) fn engine(&self) -> RuntimePath<'_> {
        self.private("engine")
    }

    /// The trait of what an engine may return.
    pub(crate) fn engine_output(&self) -> RuntimePath<'_> {
        self.private("EngineOutput")
    }

    /// `gen::Result`, of `()` where nothing else is said.
    pub(crate) fn result(&self) -> RuntimePath<'_> {
        self.public("Result")
    }

    /// The call of a body that does not yield.
    pub(crate) fn no_call(&self) -> RuntimePath<'_> {
        self.private("NO_CALL")
    }

    /// Makes what a call of a coroutine function has of its own, which the machine keeps, and the frame that its body yields through.
    pub(crate) fn call(&self) -> RuntimePath<'_> {
        self.private("call")
    }

    /// What a `yield_!` goes through: a body's comes from its call, nested `async` blocks and closures have their own.
    pub(crate) fn frame(&self) -> RuntimePath<'_> {
        self.private("Frame")
    }

    /// Name and definition site of a coroutine.
    pub(crate) fn site(&self) -> RuntimePath<'_> {
        self.private("Site")
    }

    /// The trait that spells `!` where rustc does not take it.
    pub(crate) fn never(&self) -> RuntimePath<'_> {
        self.private("Never")
    }

    /// The trait of every type, with a function that is never called: its result is of that type.
    pub(crate) fn unreached(&self) -> RuntimePath<'_> {
        self.private("Unreached")
    }

    /// `Send`, whatever the user calls so.
    pub(crate) fn send(&self) -> RuntimePath<'_> {
        self.private("Send")
    }

    /// The macro that walks a body which came later.
    pub(crate) fn unfinished(&self) -> RuntimePath<'_> {
        self.private("unfinished")
    }

    /// The macro that hands back what it is given.
    pub(crate) fn verbatim(&self) -> RuntimePath<'_> {
        self.private("verbatim")
    }

    /// Where the runtime is, for a macro that emits paths to it.
    pub(crate) fn root(&self) -> TokenStream {
        self.root.as_ref().map_or_else(|| quote_spanned!(ours()=> ::r#gen), |(root, _)| root.clone())
    }

    fn public(&self, name: &'static str) -> RuntimePath<'_> {
        RuntimePath { paths: self, public: true, name }
    }

    fn private(&self, name: &'static str) -> RuntimePath<'_> {
        RuntimePath { paths: self, public: false, name }
    }
}

impl ToTokens for RuntimePath<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (root, span) = (&self.paths.root, self.paths.span);
        let colons = || Token![::](span);
        let ours_at = match root {
            None => {
                colons().to_tokens(tokens);
                tokens.append(Ident::new_raw("gen", span));
                span
            }
            Some((root, written)) => {
                root.to_tokens(tokens);
                ours().located_at(*written)
            }
        };
        // At a path that was given a public name is looked for where ours are: if the path is wrong, rustc then misses the same each time, and says so once.
        if !self.public || root.is_some() {
            colons().to_tokens(tokens);
            tokens.append(Ident::new("__private", ours_at));
        }
        colons().to_tokens(tokens);
        tokens.append(Ident::new(self.name, span));
    }
}
