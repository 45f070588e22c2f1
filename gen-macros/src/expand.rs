//! Quotes what [`lower`](crate::lower) has decided.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, TokenStreamExt, quote_spanned};
use syn::Signature;

use crate::lower::{Block, Lowered, Output, Returned, Site};
use crate::options::{Attribute, Threads};
use crate::paths::{Paths, ours};

/// What an attribute makes of a function.
pub(crate) fn with_body(attribute: Attribute, lowered: &Lowered, paths: &Paths) -> TokenStream {
    match attribute {
        Attribute::Coroutine => coroutine(lowered, paths, |block| {
            let end = catch_return(lowered, paths);
            let (frame, machine) = (frame(block, paths), machine(block, lowered, paths, end));
            quote_spanned!(ours()=> #frame #machine)
        }),
        Attribute::Engine => engine(lowered, paths, |block| {
            let (run, end) = (paths.engine(), engine_output(&lowered.output, paths));
            let (frame, machine) = (frame(block, paths), machine(block, lowered, paths, Some(end)));
            quote_spanned!(ours()=> #frame #run(#machine))
        }),
        Attribute::Main => main(lowered, |block| {
            let (run, machine) = (paths.main(), machine(block, lowered, paths, None));
            let frame = frame(block, paths);
            quote_spanned!(ours()=> #frame #run(#machine))
        }),
    }
}

/// A coroutine function, with `inside` for the value that it returns.
pub(crate) fn coroutine(
    lowered: &Lowered,
    paths: &Paths,
    inside: impl FnOnce(&Block) -> TokenStream,
) -> TokenStream {
    function(lowered, returned_type(lowered, paths), inside)
}

/// A plain function that returns whether a coroutine could be started.
pub(crate) fn engine(
    lowered: &Lowered,
    paths: &Paths,
    inside: impl FnOnce(&Block) -> TokenStream,
) -> TokenStream {
    let (arrow, result) = (arrow(&lowered.output), paths.result());
    function(lowered, quote_spanned!(ours()=> #arrow #result), inside)
}

/// The function that makes a `gen::Result` of what an engine returns: the one place where rustc asks whether it can, with the type that the
/// user wrote for the place.
pub(crate) fn engine_output(output: &Output, paths: &Paths) -> TokenStream {
    let (trait_, declared) = (paths.engine_output(), &output.declared);
    let returned = output.pinned_type().unwrap_or_else(|| declared.clone());
    quote_spanned!(ours().located_at(output.place)=> <#returned as #trait_<_>>::into_result)
}

/// A plain function that returns what the user wrote.
pub(crate) fn main(lowered: &Lowered, inside: impl FnOnce(&Block) -> TokenStream) -> TokenStream {
    let Output { arrow, declared, .. } = &lowered.output;
    let returned = arrow.map(|arrow| quote_spanned!(ours()=> #arrow #declared));
    function(lowered, returned.unwrap_or_default(), inside)
}

fn function(
    lowered: &Lowered,
    returned: TokenStream,
    inside: impl FnOnce(&Block) -> TokenStream,
) -> TokenStream {
    let Lowered { attributes, visibility, defaultness, signature, body, .. } = lowered;
    let Signature { fn_token, ident, generics, paren_token, inputs, .. } = signature;
    let unsafety = lowered.unsafety();
    let where_clause = &generics.where_clause;
    let mut tokens = quote_spanned! {ours()=>
        #(#attributes)* #visibility #defaultness #unsafety #fn_token #ident #generics
    };
    paren_token.surround(&mut tokens, |tokens| inputs.to_tokens(tokens));
    tokens.extend(quote_spanned!(ours()=> #returned #where_clause));
    match body {
        // The user's braces: with ours rustc would take the function for ours, and never call it dead.
        Ok(block) => tokens.append(braces(block.group.span(), inside(block))),
        Err(semicolon) => semicolon.to_tokens(&mut tokens),
    }
    tokens
}

fn returned_type(lowered: &Lowered, paths: &Paths) -> TokenStream {
    let (arrow, declared) = (arrow(&lowered.output), &lowered.output.declared);
    let coroutine = paths.coroutine();
    match &lowered.returned {
        Returned::Erased(erased, lifetime) => {
            let boxed = match erased {
                Threads::Send => paths.box_coroutine(),
                Threads::Local => paths.local_box_coroutine(),
            };
            quote_spanned!(ours()=> #arrow #boxed<#lifetime, #declared>)
        }
        Returned::Machine | Returned::Boxed => {
            let send = lowered.send.as_ref().map(|_| {
                let send = paths.send();
                quote_spanned!(ours()=> + #send)
            });
            quote_spanned!(ours()=> #arrow impl #coroutine<Output = #declared> #send)
        }
    }
}

/// The arrow as it was written, or ours.
fn arrow(output: &Output) -> TokenStream {
    output.arrow.map_or_else(|| quote_spanned!(ours()=> ->), ToTokens::into_token_stream)
}

/// Declares the call and its frame, if the body yields.
///
/// The frame is made outside the `async` block and captured: made inside, between the arguments and the body, it could unwind as far as rustc knows,
/// and then each argument that the body moves away would need a flag in the machine.
fn frame(block: &Block, paths: &Paths) -> Option<TokenStream> {
    let call = paths.call();
    block.yields.then(|| quote_spanned!(ours()=> let __call = #call::new(0); let __frame = __call.frame();))
}

/// The machine, boxed if that was asked for; the output of its body goes through `end`.
fn machine(block: &Block, lowered: &Lowered, paths: &Paths, end: Option<TokenStream>) -> TokenStream {
    let call = if block.yields {
        // Where it says what is returned: there rustc points if a body that yields points cannot return that.
        quote_spanned!(ours().located_at(lowered.output.place)=> __call)
    } else {
        no_call(paths)
    };
    let body = ending(async_block(block, &lowered.output, paths), end, paths);
    let meta = meta(&lowered.site, paths);
    let make = if block.closed { paths.closed_machine() } else { paths.machine() };
    wrap(lowered, paths, quote_spanned!(ours()=> #make(#call, #body, #meta)))
}

/// The call of a body that does not yield.
pub(crate) fn no_call(paths: &Paths) -> TokenStream {
    let call = paths.call();
    quote_spanned!(ours()=> #call::new(0))
}

/// A machine in the form that is handed out.
pub(crate) fn wrap(lowered: &Lowered, paths: &Paths, machine: TokenStream) -> TokenStream {
    let wrapper = match &lowered.returned {
        Returned::Machine => return machine,
        Returned::Boxed => paths.boxed(),
        Returned::Erased(erased, _) => {
            let boxed = match erased {
                Threads::Send => paths.box_coroutine(),
                Threads::Local => paths.local_box_coroutine(),
            };
            quote_spanned!(ours()=> #boxed::new)
        }
    };
    quote_spanned!(ours()=> #wrapper(#machine))
}

/// The body, with a function that its output goes through.
///
/// A closure: the function itself would make its trait a part of the coroutine's type, and rustc would miss it twice.
pub(crate) fn ending(body: TokenStream, end: Option<TokenStream>, paths: &Paths) -> TokenStream {
    match end {
        Some(end) => {
            let ending = paths.ending();
            quote_spanned!(ours()=> #ending(#body, |output| #end(output)))
        }
        None => body,
    }
}

/// The function that takes the value out of a `gen::Return`, if the option `returns` was given.
///
/// Whether the output can be given by one is asked with the type that the user wrote.
pub(crate) fn catch_return(lowered: &Lowered, paths: &Paths) -> Option<TokenStream> {
    let Lowered { output, returns, .. } = lowered;
    let trait_ = paths.catch_return();
    let returned = output.pinned_type().unwrap_or_else(|| output.declared.clone());
    returns.then(|| quote_spanned!(ours().located_at(output.place)=> <#returned as #trait_>::catch_return))
}

/// The one `async` block. Nothing that has a destructor is added to it.
fn async_block(block: &Block, output: &Output, paths: &Paths) -> TokenStream {
    let Block { arguments, open, group, .. } = block;
    let unreached = paths.output();
    let result = match output.pinned_type() {
        Some(ty) => {
            let pin = returned(&unreached, &ty, output.place);
            quote_spanned! {ours()=>
                match () { () => {} _ => #pin }
                return match () { () => #group _ => #unreached::<#ty>() };
            }
        }
        None => quote_spanned!(ours()=> match () { () => #group }),
    };
    let body = quote_spanned!(ours()=> #arguments #result);
    // The user's: what happens in the block, and at its end, is shown there, and a coverage report leaves out what is not in the same macro as these.
    let body = braces(group.span(), body);
    quote_spanned!(ours().located_at(*open)=> async move #body)
}

/// `return { output::<R>() }`, with the block where the user says what is returned: notes about it point there.
fn returned(unreached: &TokenStream, ty: &syn::Type, place: Span) -> TokenStream {
    let value = braces(ours().located_at(place), quote_spanned!(ours()=> #unreached::<#ty>()));
    quote_spanned!(ours()=> return #value)
}

/// A closure without captures, which takes no space.
pub(crate) fn meta(site: &Site, paths: &Paths) -> TokenStream {
    let Site { name, line, column } = site;
    let (meta, file) = (paths.meta(), paths.file());
    let name = syn::LitStr::new(name, ours());
    let [line, column] = [line, column].map(|number| proc_macro2::Literal::u32_unsuffixed(*number));
    quote_spanned!(ours()=> || #meta::new(#name, #file!(), #line, #column))
}

fn braces(span: Span, tokens: TokenStream) -> Group {
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(span);
    group
}
