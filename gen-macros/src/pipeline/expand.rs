//! Expand: quotes what [`lower`](crate::pipeline::lower) has decided.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream};
use quote::{ToTokens, TokenStreamExt, quote_spanned};
use syn::{LitStr, Signature, Token};

use crate::pipeline::lower::{Lowered, LoweredBody, Output, Returned, Site};
use crate::pipeline::neighbours::cases;
use crate::pipeline::options::{AttributeKind, Executor, Flavor, Limit, TestOptions};
use crate::pipeline::paths::{Paths, ours, test_attribute};
use crate::pipeline::tokens::grouped;

/// The tokens that the attribute emits for a function without mistakes.
pub(crate) fn with_body(kind: AttributeKind, lowered: &Lowered, paths: &Paths) -> TokenStream {
    match kind {
        AttributeKind::Coroutine => coroutine(lowered, paths, &|block| {
            let mut tokens = head(block, lowered, paths, None);
            machine(block, lowered, paths).to_tokens(&mut tokens);
            tokens
        }),
        AttributeKind::Engine => engine(lowered, paths, &|block| {
            let here = paths.at(lowered.output.span);
            let run = if lowered.send.is_some() { here.engine_send() } else { here.engine() };
            let end = engine_output(&lowered.output, &here);
            let (head, machine) = (head(block, lowered, paths, Some(end)), machine(block, lowered, paths));
            quote_spanned!(here.span()=> #head #run(#machine))
        }),
        AttributeKind::Main | AttributeKind::Test => {
            let function = main(lowered, paths, &|block| {
                let mut tokens = head(block, lowered, paths, None);
                run(kind, machine(block, lowered, paths), lowered, paths).to_tokens(&mut tokens);
                tokens
            });
            // An attribute that makes a test of each case adds the attribute of the harness.
            let makes_tests = cases::are_among(&lowered.attributes, &lowered.signature);
            let is_one_test = kind == AttributeKind::Test && !makes_tests;
            let test = is_one_test.then(test_attribute);
            quote_spanned!(ours()=> #test #function)
        }
    }
}

/// A function that returns a coroutine. `inside` makes the tokens of its body.
pub(crate) fn coroutine(
    lowered: &Lowered,
    paths: &Paths,
    inside: &dyn Fn(&LoweredBody) -> TokenStream,
) -> TokenStream {
    function(lowered, returned_type(lowered, paths), paths, inside)
}

/// A function that starts an engine, and returns the `gen::Result` of its first step.
pub(crate) fn engine(
    lowered: &Lowered,
    paths: &Paths,
    inside: &dyn Fn(&LoweredBody) -> TokenStream,
) -> TokenStream {
    let (arrow, result) = (&lowered.output.arrow, paths.result());
    function(lowered, quote_spanned!(ours()=> #arrow #result), paths, inside)
}

/// The function that turns the output of an engine into a `gen::Result`. Only here rustc checks
/// that the output can be turned into one; the span is that of the type that the user wrote.
pub(crate) fn engine_output(output: &Output, paths: &Paths) -> TokenStream {
    let (trait_, declared) = (paths.engine_output(), &output.declared);
    let returned = output.pinned.as_ref().unwrap_or(declared);
    quote_spanned!(paths.span()=> <#returned as #trait_<_>>::into_result)
}

/// The call that runs the machine of a `main` or a test.
fn run(kind: AttributeKind, machine: TokenStream, lowered: &Lowered, paths: &Paths) -> TokenStream {
    let is_test = kind == AttributeKind::Test;
    let options = is_test.then(|| test_options(&lowered.test, paths));
    let has_failed = is_test.then(|| has_failed(paths));
    let (flavor, word) = match &lowered.executor {
        Executor::Embedded => {
            let run = if is_test { paths.run_test() } else { paths.main() };
            return quote_spanned!(ours()=> #run(#options #machine #has_failed));
        }
        Executor::Tokio(flavor, word) => (flavor, *word),
    };
    let start = |paused: &Option<Span>| match paused {
        // The path names a function only if tokio has its feature `test-util`. If it has not, rustc
        // reports that, and names the feature.
        Some(option) => {
            let here = paths.at(*option);
            let tokio = here.tokio();
            quote_spanned!(here.span()=> #tokio::time::pause)
        }
        None => quote_spanned!(ours()=> || {}),
    };
    let (flavor, option) = match flavor {
        Flavor::MultiThread(Some(threads)) => {
            let (some, threads) = (paths.some(), Literal::usize_unsuffixed(*threads));
            ("multi_thread", quote_spanned!(ours()=> #some(#threads)))
        }
        Flavor::MultiThread(None) => ("multi_thread", paths.none().into_token_stream()),
        Flavor::CurrentThread { paused } => ("current_thread", start(paused)),
        Flavor::Local { paused } => ("local", start(paused)),
    };
    let flavor = if is_test { format!("test_{flavor}") } else { flavor.to_owned() };
    let (flavor, here) = (Ident::new(&flavor, ours()), paths.at(word));
    let run = here.on_tokio();
    quote_spanned!(here.span()=> #run!(#flavor, #option, #options #machine #has_failed))
}

/// The options of a test that were written, as the first argument of a call.
fn test_options(options: &TestOptions, paths: &Paths) -> TokenStream {
    let TestOptions { limit, shuffled, seed, leaks } = options;
    let limit = limit.map(|limit| match limit {
        Limit::None => quote_spanned!(ours()=> .without_limit()),
        Limit::Nanoseconds(limit) => {
            let limit = Literal::u64_unsuffixed(limit);
            quote_spanned!(ours()=> .limit(#limit))
        }
    });
    let shuffled = shuffled.as_ref().map(|_| quote_spanned!(ours()=> .shuffled()));
    let seed = seed.as_ref().map(|(_, seed)| {
        let seed = Literal::u64_unsuffixed(*seed);
        quote_spanned!(ours()=> .seed(#seed))
    });
    let leaks = leaks.as_ref().map(|_| quote_spanned!(ours()=> .leaks_allowed()));
    let of = paths.test_options();
    quote_spanned!(ours()=> #of::new() #limit #shuffled #seed #leaks,)
}

/// The function that says whether the output of a test is an `Err`, as the last argument of a call.
fn has_failed(paths: &Paths) -> TokenStream {
    let output = paths.test_output();
    quote_spanned!(ours()=> , |output| #output(output).has_failed())
}

/// A function that returns what the user wrote.
pub(crate) fn main(
    lowered: &Lowered,
    paths: &Paths,
    inside: &dyn Fn(&LoweredBody) -> TokenStream,
) -> TokenStream {
    let Output { arrow, written, declared, .. } = &lowered.output;
    let returned = written.then(|| quote_spanned!(ours()=> #arrow #declared));
    function(lowered, returned.unwrap_or_default(), paths, inside)
}

fn function(
    lowered: &Lowered,
    returned: TokenStream,
    paths: &Paths,
    inside: &dyn Fn(&LoweredBody) -> TokenStream,
) -> TokenStream {
    let Lowered { attributes, visibility, defaultness, signature, body, .. } = lowered;
    let Signature { safety, fn_token, ident, generics, paren_token, inputs, .. } = signature;
    let where_clause = &generics.where_clause;
    let mut tokens = quote_spanned! {ours()=>
        #(#attributes)* #visibility #defaultness #safety #fn_token #ident #generics
    };
    paren_token.surround(&mut tokens, |tokens| inputs.to_tokens(tokens));
    returned.to_tokens(&mut tokens);
    where_clause.to_tokens(&mut tokens);
    match body {
        // These are the user's braces. With braces of ours, rustc would take the function for
        // generated code, and never report that it is unused.
        Ok(block) => {
            let inside = inside(block);
            let inside = if block.unfinished { in_one_macro(inside, paths) } else { inside };
            tokens.append(grouped(Delimiter::Brace, block.open, inside));
        }
        Err(semicolon) => semicolon.to_tokens(&mut tokens),
    }
    tokens
}

/// The body of a function whose own body an editor has replaced, as the arguments of a macro that
/// returns them.
///
/// For a completion, an editor compares two versions of the function, with a word at the cursor and
/// without, at the same offset. If only one of them can be parsed, the other has the word in place
/// of its body, and the offset is meaningless there. In the arguments of a macro the editor notices
/// that the two versions differ, and completes in the source. Elsewhere it would complete whatever
/// stands at that offset.
fn in_one_macro(tokens: TokenStream, paths: &Paths) -> TokenStream {
    let verbatim = paths.verbatim();
    quote_spanned!(ours()=> #verbatim!({ #tokens }))
}

fn returned_type(lowered: &Lowered, paths: &Paths) -> TokenStream {
    let Output { arrow, declared, .. } = &lowered.output;
    let here = paths.at(lowered.output.span);
    match &lowered.returned {
        Returned::Erased(threads, lifetime) => {
            let boxed = here.erased(*threads);
            quote_spanned!(here.span()=> #arrow #boxed<#lifetime, #declared>)
        }
        Returned::Machine | Returned::Boxed => {
            let (coroutine, send) = (here.coroutine(), here.send());
            let send = lowered.send.as_ref().map(|_| quote_spanned!(here.span()=> + #send));
            let end = Token![>](ours().located_at(lowered.output.end()));
            quote_spanned!(here.span()=> #arrow impl #coroutine<Output = #declared #end #send)
        }
    }
}

/// Declares the function that returns the site; if the body yields, the call and its frame; and the
/// body, whose output passes through `end`.
///
/// The frame is made before the `async` block, which captures it. If it was made within the block,
/// between the arguments and the body, rustc would assume that this can unwind. Each argument that
/// the body moves away would then need a drop flag in the machine.
fn head(block: &LoweredBody, lowered: &Lowered, paths: &Paths, end: Option<TokenStream>) -> TokenStream {
    let (mut head, call) = (site_function(&lowered.site, paths), paths.call());
    if block.yields {
        quote_spanned!(ours()=> let (__call, __frame) = #call(0);).to_tokens(&mut head);
    }
    let here = paths.at(lowered.output.span);
    let body = body_future(block, lowered, &here);
    quote_spanned!(ours()=> let __body = #body;).to_tokens(&mut head);
    // In an instrumented body, the `gen::Return` is caught within the span.
    let caught = if lowered.instrumentation.is_none() { catch_return(lowered, paths) } else { None };
    if let Some(end) = caught.or(end) {
        let ended = map_output(quote_spanned!(ours()=> __body), Some(end), &here);
        quote_spanned!(ours()=> let __body = #ended;).to_tokens(&mut head);
    }
    head
}

/// The function that returns the site: the name of the coroutine, and the place where it is
/// defined. It is an item and not a closure: rustc does not know the type of a closure until it has
/// checked the whole body.
pub(crate) fn site_function(site: &Site, paths: &Paths) -> TokenStream {
    let Site { name, place, function } = site;
    let (of, name, place) = (paths.site(), LitStr::new(name, ours()), place.arguments(paths));
    quote_spanned!(ours()=> fn #function() -> #of { #of::new(#name, #place) })
}

/// The machine, in a box if the options say so.
fn machine(block: &LoweredBody, lowered: &Lowered, paths: &Paths) -> TokenStream {
    // rustc points at the return type if the machine is not what the signature says.
    let here = paths.at(lowered.output.span);
    let call =
        if block.yields { quote_spanned!(ours()=> __call) } else { paths.no_call().into_token_stream() };
    let function = &lowered.site.function;
    let make = if block.closed { here.closed_machine() } else { here.machine() };
    let arguments = quote_spanned!(ours()=> #call, __body, #function);
    // The arguments end where the type ends, as in `unreached_output`.
    let arguments = grouped(Delimiter::Parenthesis, ours().located_at(lowered.output.end()), arguments);
    wrap(lowered, &here, quote_spanned!(here.span()=> #make #arguments))
}

/// The machine in the form in which the function returns it.
pub(crate) fn wrap(lowered: &Lowered, paths: &Paths, machine: TokenStream) -> TokenStream {
    let wrapper = match &lowered.returned {
        Returned::Machine => return machine,
        Returned::Boxed => paths.boxed().into_token_stream(),
        Returned::Erased(threads, _) => {
            let boxed = paths.erased(*threads);
            quote_spanned!(paths.span()=> #boxed::new)
        }
    };
    quote_spanned!(paths.span()=> #wrapper(#machine))
}

/// The body, with its output passed through `end`.
///
/// `end` is called in a closure: the path itself would make its trait a part of the type of the
/// coroutine, and rustc would report twice that the trait is not implemented.
pub(crate) fn map_output(body: TokenStream, end: Option<TokenStream>, paths: &Paths) -> TokenStream {
    match end {
        Some(end) => {
            let map_output = paths.map_output();
            quote_spanned!(paths.span()=> #map_output(#body, |output| #end(output)))
        }
        None => body,
    }
}

/// The function that takes the value out of a `gen::Return`, if the option `returns` was given.
///
/// The span is that of the type that the user wrote: rustc reports there if a `gen::Return` cannot
/// set the output.
pub(crate) fn catch_return(lowered: &Lowered, paths: &Paths) -> Option<TokenStream> {
    let Lowered { output, returns, .. } = lowered;
    let trait_ = paths.catch_return();
    let returned = output.pinned.as_ref().unwrap_or(&output.declared);
    returns.then(|| quote_spanned!(ours().located_at(output.span)=> <#returned as #trait_>::catch_return))
}

/// The future that the machine polls: one `async` block. Apart from the span of
/// `#[tracing::instrument]`, nothing with a destructor is added to it.
fn body_future(block: &LoweredBody, lowered: &Lowered, paths: &Paths) -> TokenStream {
    let LoweredBody { arguments, open, group, .. } = block;
    let result = result(group, *open, &lowered.output, paths);
    let block = |tokens: TokenStream| {
        // These are the user's braces. Debuggers show what happens in the block, and at its end, at
        // these braces. A coverage report leaves out what is not in the same macro as they are.
        // Some lints of clippy skip everything in an expression that a macro has made.
        let body = grouped(Delimiter::Brace, group.span(), tokens);
        quote_spanned!(*open=> async move #body)
    };
    let Some(instrumentation) = &lowered.instrumentation else {
        return block(quote_spanned!(ours()=> #arguments #result));
    };
    let inner = instrumentation.instrument(map_output(block(result), catch_return(lowered, paths), paths));
    block(quote_spanned!(ours()=> #arguments #inner))
}

/// The last statement of the machine: its output is that of the user's block.
fn result(group: &Group, open: Span, output: &Output, paths: &Paths) -> TokenStream {
    match &output.pinned {
        Some(ty) => {
            let unreached = unreached_output(ty, output, paths);
            let arms = quote_spanned!(ours()=> () => #group _ => #unreached);
            let arms = grouped(Delimiter::Brace, group.span(), arms);
            let unit = quote_spanned!(ours()=> ());
            let matched = quote_spanned!(open=> match #unit #arms);
            let held = quote_spanned!(ours()=> match () { () => {} _ => return #unreached });
            match output.may_be_awaitable {
                true => quote_spanned!(ours()=> #held return #matched;),
                false => quote_spanned!(ours()=> #held #matched),
            }
        }
        None => quote_spanned!(ours()=> match () { () => #group }),
    }
}

/// `<R as Unreached>::output()`, which is never called. With `output::<R>()` rustc would report an
/// unknown type twice, since the words differ from those about the signature. With a `let`, clippy
/// would report that the type is complex.
///
/// The span reaches to the end of the return type for the same reason: if the type cannot be
/// returned, rustc reports it about both, but once if the place is the same.
pub(crate) fn unreached_output(ty: &TokenStream, output: &Output, paths: &Paths) -> TokenStream {
    let here = paths.at(output.span);
    let unreached = here.unreached();
    let call = quote_spanned!(ours().located_at(output.end())=> output());
    quote_spanned!(here.span()=> <#ty as #unreached>::#call)
}
