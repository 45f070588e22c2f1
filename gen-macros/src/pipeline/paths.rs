//! Every path into the runtime that the attributes emit, and the names that more than one module
//! emits. No other module names the runtime.
//!
//! The runtime is `::r#gen`, which users of every edition can name: from edition 2024 on, `gen`
//! without `r#` is a keyword.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, TokenStreamExt, quote_spanned};
use syn::spanned::Spanned;
use syn::{Path, Token};

use crate::pipeline::options::{AttributeKind, Threads};

/// The span of every token that is not the user's. With it, names of locals are hygienic, lints
/// stay quiet, and the rules of edition 2024 apply.
pub(crate) fn ours() -> Span {
    Span::mixed_site()
}

/// The attribute that makes a test of a function. An editor finds tests by this attribute, if its
/// path is this one.
pub(crate) fn test_attribute() -> TokenStream {
    quote_spanned!(ours()=> #[::core::prelude::v1::test])
}

/// The name of the function that returns the coroutine's site. If the body uses this name,
/// [`scan`](mod@crate::pipeline::scan) chooses another one.
pub(crate) const SITE_FUNCTION: &str = "__coroutine_site";

/// The name of the local variable that holds the frame of a body.
pub(crate) fn frame_name() -> Ident {
    Ident::new("__frame", ours())
}

/// The path of the runtime.
pub(crate) struct Paths {
    /// The path of the option `crate = path`, and the span of all of it. Without the option the
    /// runtime is `::r#gen`.
    root: Option<(TokenStream, Span)>,
    /// The span of the paths: rustc points there if what a path names cannot be called or used.
    span: Span,
}

/// A path into the runtime. It is quoted directly into the emitted tokens: a token stream for each
/// path would cost one more call into the compiler each time.
#[derive(Clone, Copy)]
pub(crate) struct RuntimePath<'a> {
    paths: &'a Paths,
    public: bool,
    name: &'static str,
}

impl Paths {
    /// Paths into the runtime at `root`, the path of the option `crate = path`, or at `::r#gen`.
    pub(crate) fn new(root: Option<&Path>) -> Paths {
        Paths { root: root.map(|root| (root.to_token_stream(), root.span())), span: ours() }
    }

    /// The same paths with another span. rustc reports errors of an expression at its first token,
    /// which is the first token of the path.
    pub(crate) fn at(&self, span: Span) -> Paths {
        Paths { root: self.root.clone(), span: ours().located_at(span) }
    }

    /// The same paths as if the user had written them at `span`.
    pub(crate) fn written_at(&self, span: Span) -> Paths {
        Paths { root: self.root.clone(), span }
    }

    /// The span of these paths.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// The attribute `kind`.
    pub(crate) fn attribute(&self, kind: AttributeKind) -> RuntimePath<'_> {
        self.private(match kind {
            AttributeKind::Coroutine => "coroutine",
            AttributeKind::Engine => "engine",
            AttributeKind::Main => "main",
            AttributeKind::Test => "test",
        })
    }

    /// The trait that every coroutine implements.
    pub(crate) fn coroutine(&self) -> RuntimePath<'_> {
        self.public("Coroutine")
    }

    /// The type of a boxed trait object.
    pub(crate) fn erased(&self, threads: Threads) -> RuntimePath<'_> {
        self.public(match threads {
            Threads::Send => "BoxCoroutine",
            Threads::Local => "LocalBoxCoroutine",
        })
    }

    /// The function that makes a coroutine from the call, the `async` block and the site.
    pub(crate) fn machine(&self) -> RuntimePath<'_> {
        self.private("machine")
    }

    /// The same, for an `async` block that is suspended at its yields only.
    pub(crate) fn closed_machine(&self) -> RuntimePath<'_> {
        self.private("closed_machine")
    }

    /// The function that moves a coroutine into a box, behind an opaque type.
    pub(crate) fn boxed(&self) -> RuntimePath<'_> {
        self.private("boxed")
    }

    /// The function that runs a coroutine as the program's `main`.
    pub(crate) fn main(&self) -> RuntimePath<'_> {
        self.private("main")
    }

    /// The function that runs a coroutine as a test, on a virtual clock.
    pub(crate) fn run_test(&self) -> RuntimePath<'_> {
        self.private("run_test")
    }

    /// The type of the options of a test.
    pub(crate) fn test_options(&self) -> RuntimePath<'_> {
        self.private("TestOptions")
    }

    /// The type that says whether the output of a test is an `Err`.
    pub(crate) fn test_output(&self) -> RuntimePath<'_> {
        self.private("TestOutput")
    }

    /// The macro that runs a coroutine on a runtime of tokio, or reports that `gen-runtime` has not
    /// the feature `tokio`.
    pub(crate) fn on_tokio(&self) -> RuntimePath<'_> {
        self.private("on_tokio")
    }

    /// The crate tokio.
    pub(crate) fn tokio(&self) -> RuntimePath<'_> {
        self.private("tokio")
    }

    /// The variant `Some` of `Option`.
    pub(crate) fn some(&self) -> RuntimePath<'_> {
        self.private("Some")
    }

    /// The variant `None` of `Option`.
    pub(crate) fn none(&self) -> RuntimePath<'_> {
        self.private("None")
    }

    /// The function that wraps a body so that its output passes through a closure.
    pub(crate) fn map_output(&self) -> RuntimePath<'_> {
        self.private("map_output")
    }

    /// The trait of the outputs that a `gen::Return` can set.
    pub(crate) fn catch_return(&self) -> RuntimePath<'_> {
        self.private("CatchReturn")
    }

    /// The function that starts an engine.
    pub(crate) fn engine(&self) -> RuntimePath<'_> {
        self.private("engine")
    }

    /// The function that starts an engine whose task may be moved to another thread.
    pub(crate) fn engine_send(&self) -> RuntimePath<'_> {
        self.private("engine_send")
    }

    /// The trait of the types that an engine may return.
    pub(crate) fn engine_output(&self) -> RuntimePath<'_> {
        self.private("EngineOutput")
    }

    /// `gen::Result`. Its type parameter is `()` by default.
    pub(crate) fn result(&self) -> RuntimePath<'_> {
        self.public("Result")
    }

    /// The value that stands for the call if the body does not yield.
    pub(crate) fn no_call(&self) -> RuntimePath<'_> {
        self.private("NO_CALL")
    }

    /// The function that makes the call, which the coroutine keeps, and the frame, through which
    /// the yields of the body go.
    pub(crate) fn call(&self) -> RuntimePath<'_> {
        self.private("call")
    }

    /// The type of a frame. The frame of a body comes from its call. Nested `async` blocks and
    /// closures have frames of their own.
    pub(crate) fn frame(&self) -> RuntimePath<'_> {
        self.private("Frame")
    }

    /// The value that the expansion of a `yield_!` begins with.
    pub(crate) fn edge(&self) -> RuntimePath<'_> {
        self.private("Edge")
    }

    /// The type that holds the name of a coroutine, and the place where it is defined.
    pub(crate) fn site(&self) -> RuntimePath<'_> {
        self.private("Site")
    }

    /// The trait with which `!` is written where rustc does not accept it as a type.
    pub(crate) fn never(&self) -> RuntimePath<'_> {
        self.private("Never")
    }

    /// A trait that every type implements. Its function returns the type and is never called.
    pub(crate) fn unreached(&self) -> RuntimePath<'_> {
        self.private("Unreached")
    }

    /// `Send`, also where the user has a trait with this name.
    pub(crate) fn send(&self) -> RuntimePath<'_> {
        self.private("Send")
    }

    /// The macro that gives the yields of a body their frame, for a body that an editor has
    /// replaced by a word.
    pub(crate) fn unfinished(&self) -> RuntimePath<'_> {
        self.private("unfinished")
    }

    /// The macro that returns its tokens.
    pub(crate) fn verbatim(&self) -> RuntimePath<'_> {
        self.private("verbatim")
    }

    /// The macro `file`, `line` or `column`.
    pub(crate) fn macro_of_std(&self, name: &'static str) -> RuntimePath<'_> {
        self.private(name)
    }

    /// The path of the runtime, as an argument of a macro that emits paths itself.
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
        // At a path that the user gave, the public names are looked for in `__private`, too. If the
        // path is wrong, rustc then fails to find the same name each time, and reports that once.
        if !self.public || root.is_some() {
            colons().to_tokens(tokens);
            tokens.append(Ident::new("__private", ours_at));
        }
        colons().to_tokens(tokens);
        tokens.append(Ident::new(self.name, span));
    }
}
