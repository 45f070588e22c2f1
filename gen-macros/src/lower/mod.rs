//! What is emitted for a function, decided here piece by piece; [`expand`](crate::expand) puts it together.
//!
//! ```text
//! // from                                  // into
//! fn f(mut a: A, (b, _): B) -> R {         fn f(a: A, b: B) -> impl Coroutine<Output = R> {
//!     body                                     fn __coroutine_site() -> Site { Site::new("f", file, line, column) }
//! }                                            let (__call, __frame) = call(0);                // walk: if it yields
//!                                              let __body = async move {
//!                                                  let mut a = a;                              // arguments
//!                                                  let b = b; let (b, _) = b;
//!                                                  match () { .. _ => return .. }              // output: an `R`
//!                                                  match () { () => { body, walked } .. }
//!                                              };
//!                                              closed_machine(__call, __body, __coroutine_site)  // scan
//!                                          }
//! ```

mod arguments;
mod lifetimes;
mod output;
mod site;
mod walk;

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Attribute, Ident, LitStr, Meta, Safety, Signature, Token, Visibility};

use self::arguments::Arguments;
pub(crate) use self::output::{Output, Returned};
pub(crate) use self::site::Site;
pub(crate) use self::walk::late_body;
use crate::neighbours::instrument::Instrumentation;
use crate::options::Options;
use crate::parse::{Body, Function};
use crate::paths::{Paths, frame_name, ours};
use crate::scan::BodyScan;

/// A function, ready to be quoted.
pub(crate) struct Lowered {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) defaultness: Option<Token![default]>,
    /// Without the qualifiers that a coroutine cannot have; arguments as the caller sees them.
    pub(crate) signature: Signature,
    pub(crate) output: Output,
    pub(crate) returned: Returned,
    pub(crate) send: Option<Ident>,
    /// Whether `gen::Return` ends the body.
    pub(crate) returns: bool,
    /// A declared method has but a semicolon.
    pub(crate) body: Result<LoweredBody, Token![;]>,
    pub(crate) site: Site,
    /// The span that the body is polled in.
    pub(crate) instrumentation: Option<Instrumentation>,
}

/// The inside of the machine.
pub(crate) struct LoweredBody {
    /// Moves the arguments in.
    pub(crate) arguments: TokenStream,
    /// Whether it needs the frame of the call.
    pub(crate) yields: bool,
    /// Whether it is suspended at its yields only.
    pub(crate) closed: bool,
    /// Whether an editor has put a word in its place.
    pub(crate) unfinished: bool,
    /// The brace that opens the user's block. The walk cannot keep it: both braces of a group that is made anew have the span of all of it, and
    /// a word with that span would be what an editor finds under each of the user's.
    pub(crate) open: Span,
    /// The user's block.
    pub(crate) group: Group,
}

impl Lowered {
    /// Lowers a function. Mistakes are not its matter: qualifiers that a coroutine cannot have are left out.
    pub(crate) fn new(
        function: Function,
        scan: &BodyScan,
        instrumentation: Option<Instrumentation>,
        options: Options,
        paths: &Paths,
    ) -> Lowered {
        let Function { mut attributes, visibility, defaultness, mut signature, body } = function;
        attributes.iter_mut().for_each(say_why_it_must_be_used);
        signature.constness = None;
        signature.asyncness = None;
        signature.abi = None;
        signature.variadic = None;
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
                // Nothing else may have the word's span: the editor would take it for the word.
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
        let (send, returns) = (options.send, options.returns.is_some());
        Lowered {
            attributes,
            visibility,
            defaultness,
            signature,
            output,
            returned,
            send,
            returns,
            body,
            site,
            instrumentation,
        }
    }

    /// The keyword `unsafe`, where it was written.
    pub(crate) fn unsafety(&self) -> Option<&Token![unsafe]> {
        match &self.signature.safety {
            Safety::Unsafe(keyword) => Some(keyword),
            _ => None,
        }
    }
}

/// The body where an editor has put a word in its place: a macro call, of which the word becomes an argument.
fn replaced_body(word: &Ident, paths: &Paths) -> Group {
    let (unfinished, root, frame) = (paths.unfinished(), paths.root(), frame_name());
    Group::new(Delimiter::Brace, quote_spanned!(ours()=> #unfinished!(#root, #frame, #word)))
}

/// A `#[must_use]` without words is one too many for clippy, since the type of a coroutine has it too.
fn say_why_it_must_be_used(attribute: &mut Attribute) {
    if let Meta::Path(path) = &attribute.meta
        && path.is_ident("must_use")
    {
        let words = "nothing of it runs until it is yielded, awaited or started";
        let (path, words) = (path.to_token_stream(), LitStr::new(words, ours()));
        attribute.meta = syn::parse_quote!(#path = #words);
    }
}
