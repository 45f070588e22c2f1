//! Lower: decides piece by piece what is emitted for a function.
//! [`expand`](crate::pipeline::expand) puts the pieces together.
//!
//! ```text
//! // from
//! fn f(mut a: A, (b, _): B) -> R { body }
//!
//! // into
//! fn f(a: A, b: B) -> impl Coroutine<Output = R> {     // arguments, output
//!     fn __coroutine_site() -> Site { .. }             // site
//!     let (__call, __frame) = call(0);                 // walk: if the body yields
//!     let __body = async move {
//!         let mut a = a;                               // arguments
//!         let b = b; let (b, _) = b;
//!         match () { .. _ => return .. }               // output: returns an `R`
//!         match () { () => { body } .. }               // walk, yields
//!     };
//!     closed_machine(__call, __body, __coroutine_site) // scan: closed or not
//! }
//! ```
//!
//! The comments name the module that decides about a line.

mod arguments;
mod extent;
mod lifetimes;
mod output;
mod place;
mod site;
mod walk;
mod yields;

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Attribute, Ident, LitStr, Meta, Signature, Token, Visibility};

use self::arguments::Arguments;
pub(crate) use self::output::{Output, Returned};
pub(crate) use self::site::Site;
pub(crate) use self::walk::late_body;
use crate::pipeline::neighbours::instrument::Instrumentation;
use crate::pipeline::options::{Executor, Options, TestOptions};
use crate::pipeline::parse::{Body, Function, remove_qualifiers};
use crate::pipeline::paths::{Paths, frame_name, ours};
use crate::pipeline::scan::BodyScan;

/// A function that is ready to be quoted.
pub(crate) struct Lowered {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) defaultness: Option<Token![default]>,
    /// The signature without the qualifiers that a coroutine cannot have, and with the arguments as
    /// the caller sees them.
    pub(crate) signature: Signature,
    pub(crate) output: Output,
    pub(crate) returned: Returned,
    pub(crate) send: Option<Ident>,
    /// The runtime that runs the coroutine of a `main` or a test.
    pub(crate) executor: Executor,
    /// The options of a test about the test itself.
    pub(crate) test: TestOptions,
    /// Whether the option `returns` was given: a `gen::Return` ends the body.
    pub(crate) returns: bool,
    /// The body, or the semicolon of a declared method.
    pub(crate) body: Result<LoweredBody, Token![;]>,
    pub(crate) site: Site,
    /// The span of `#[tracing::instrument]` that the body is polled in.
    pub(crate) instrumentation: Option<Instrumentation>,
}

/// The body of the machine.
pub(crate) struct LoweredBody {
    /// The statements that move the arguments in.
    pub(crate) arguments: TokenStream,
    /// Whether the user's block yields, so that it needs the frame of the call.
    pub(crate) yields: bool,
    /// Whether the user's block is suspended at its yields only.
    pub(crate) closed: bool,
    /// Whether an editor has put a word in the place of the block.
    pub(crate) unfinished: bool,
    /// The span of the brace that opens the user's block. A group that is rebuilt loses it: both of
    /// its braces have the span of the whole group. An editor would find an emitted word with that
    /// span under each of the user's words.
    pub(crate) open: Span,
    /// The user's block, in which each `yield_!` has its frame.
    pub(crate) group: Group,
}

impl Lowered {
    /// Lowers a function. Mistakes have been reported before; qualifiers that a coroutine cannot
    /// have are left out.
    pub(crate) fn new(
        function: Function,
        scan: &BodyScan,
        instrumentation: Option<Instrumentation>,
        options: Options,
        paths: &Paths,
    ) -> Lowered {
        let Function { mut attributes, visibility, defaultness, mut signature, body } = function;
        attributes.iter_mut().for_each(say_why_it_must_be_used);
        remove_qualifiers(&mut signature);
        let site = Site::of(&signature.ident, &scan.site_function);
        let body = match body {
            Body::Block(group) => {
                let arguments = Arguments::take(&mut signature);
                let closed = scan.closed;
                let open = group.span_open();
                let (yields, group) =
                    if scan.outline.is_some() { walk::body(group, &site, paths) } else { (false, group) };
                Ok(LoweredBody {
                    arguments: arguments.into_moves(),
                    yields,
                    closed,
                    unfinished: false,
                    open,
                    group,
                })
            }
            Body::Replaced(word) => {
                let arguments = Arguments::take(&mut signature).into_moves();
                // Nothing but the word may have its span: the editor would take it for the word.
                let (open, group) = (ours(), replaced_body(&word, paths));
                Ok(LoweredBody { arguments, yields: true, closed: false, unfinished: true, open, group })
            }
            Body::Declared(semicolon) => Err(semicolon),
            Body::Missing => Err(Token![;](signature.paren_token.span.close())),
        };
        let returned = match options.erased {
            Some(erased) => Returned::Erased(erased, lifetimes::name_all(&mut signature)),
            None if options.boxed.is_some() => Returned::Boxed,
            None => Returned::Machine,
        };
        let output = Output::take(&mut signature, &returned, paths);
        let Options { send, executor, test, returns, .. } = options;
        Lowered {
            attributes,
            visibility,
            defaultness,
            signature,
            output,
            returned,
            send,
            executor,
            test,
            returns: returns.is_some(),
            body,
            site,
            instrumentation,
        }
    }
}

/// The block for a body that an editor has replaced by `word`: a call of the macro `unfinished`,
/// with the word as its last argument.
fn replaced_body(word: &Ident, paths: &Paths) -> Group {
    let (unfinished, root, frame) = (paths.unfinished(), paths.root(), frame_name());
    Group::new(Delimiter::Brace, quote_spanned!(ours()=> #unfinished!(#root, #frame, #word)))
}

/// Adds a message to a `#[must_use]` without one: clippy reports it, since the type of a coroutine
/// is `#[must_use]` too.
fn say_why_it_must_be_used(attribute: &mut Attribute) {
    let Meta::Path(path) = &attribute.meta else { return };
    if path.is_ident("must_use") {
        let words = "a coroutine does nothing until it is yielded, awaited or started";
        let (path, words) = (path.to_token_stream(), LitStr::new(words, ours()));
        attribute.meta = syn::parse_quote!(#path = #words);
    }
}
