//! Takes free functions from the source of the standard library, each with the imports that it
//! needs. The result is a module that may compile alone.

use std::collections::BTreeMap;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::visit::{self, Visit};
use syn::{Attribute, Block, File, Ident, ItemFn, ItemUse, Stmt, UseTree, parse_quote};

use gen_fuzz::sources;

/// The parts of the library, each with the name under which other crates know its `crate`.
const PARTS: [(&str, &str); 5] =
    [("alloc", "alloc"), ("alloctests", "std"), ("core", "core"), ("coretests", "core"), ("std", "std")];

/// The attributes that a function keeps. Others belong to the library or to a test.
const KEPT: [&str; 4] = ["allow", "cold", "inline", "must_use"];

/// A function that may compile alone.
pub(crate) struct Candidate {
    /// The file and the name of the function.
    pub(crate) origin: String,
    imports: TokenStream,
    function: ItemFn,
}

/// The form in which a candidate is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Plain,
    Async,
    Coroutine,
    /// An `async fn` with an `.await` before each statement.
    AsyncSuspended,
    /// A coroutine with a yield before each statement.
    CoroutineSuspended,
}

impl Form {
    /// The pairs of forms in which the same functions must compile.
    pub(crate) const PAIRS: [(Form, Form); 2] =
        [(Form::Async, Form::Coroutine), (Form::AsyncSuspended, Form::CoroutineSuspended)];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Form::Plain => "plain",
            Form::Async => "async",
            Form::Coroutine => "coroutine",
            Form::AsyncSuspended => "async-suspended",
            Form::CoroutineSuspended => "coroutine-suspended",
        }
    }

    fn suspension(self) -> Option<Stmt> {
        match self {
            Form::Plain | Form::Async | Form::Coroutine => None,
            Form::AsyncSuspended => Some(parse_quote!(::core::future::ready(()).await;)),
            Form::CoroutineSuspended => {
                Some(parse_quote!(let _ = ::r#gen::yield_!(::core::future::ready(()));))
            }
        }
    }

    fn apply(self, function: &mut ItemFn) {
        if let Some(suspension) = self.suspension() {
            suspend(&mut function.block, &suspension);
        }
        match self {
            Form::Plain => {}
            Form::Async | Form::AsyncSuspended => function.sig.asyncness = parse_quote!(async),
            Form::Coroutine | Form::CoroutineSuspended => {
                function.attrs.push(parse_quote!(#[::r#gen::coroutine]));
            }
        }
    }
}

/// Inserts a suspension before each statement.
fn suspend(block: &mut Block, suspension: &Stmt) {
    let statements = std::mem::take(&mut block.stmts);
    block.stmts = statements.into_iter().flat_map(|statement| [suspension.clone(), statement]).collect();
}

impl Candidate {
    /// The source of a module with the function in the given form.
    pub(crate) fn module(&self, form: Form) -> String {
        let Candidate { imports, function, .. } = self;
        let mut function = function.clone();
        form.apply(&mut function);
        quote!(#imports #function).to_string()
    }
}

/// All candidates, always in the same order.
pub(crate) fn find(library: &Path) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (part, name) in PARTS {
        for path in sources::rust_files(&library.join(part)) {
            let parsed = std::fs::read_to_string(&path).ok().and_then(|text| syn::parse_file(&text).ok());
            if let Some(file) = parsed {
                let origin = path.strip_prefix(library).unwrap_or(&path).display().to_string();
                found.extend(of_file(&file, name, &origin));
            }
        }
    }
    found
}

fn of_file(file: &File, krate: &str, origin: &str) -> Vec<Candidate> {
    let mut contents = Contents::default();
    contents.visit_file(file);
    let imports = contents.imports(krate);
    let candidate = |mut function: ItemFn| {
        function.attrs.retain(keeps);
        function.sig.constness = None;
        let mut words = Vec::new();
        collect_words(function.to_token_stream(), &mut words);
        let imports = imports.iter().filter(|(name, _)| words.contains(name)).map(|(_, import)| import);
        let imports = quote!(#(#imports)*);
        Candidate { origin: format!("{origin}: {}", function.sig.ident), imports, function }
    };
    contents.functions.into_iter().map(candidate).collect()
}

fn keeps(attribute: &Attribute) -> bool {
    KEPT.iter().any(|name| attribute.path().is_ident(name))
}

/// The parts of a file that become candidates.
#[derive(Default)]
struct Contents {
    functions: Vec<ItemFn>,
    uses: Vec<ItemUse>,
}

impl<'ast> Visit<'ast> for Contents {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        if item.sig.abi.is_none() && item.sig.asyncness.is_none() {
            self.functions.push(item.clone());
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.uses.push(item.clone());
    }

    /// Skips methods, which are not free functions.
    fn visit_item_impl(&mut self, _: &'ast syn::ItemImpl) {}

    fn visit_item_trait(&mut self, _: &'ast syn::ItemTrait) {}

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        visit::visit_item_mod(self, item);
    }
}

impl Contents {
    /// The names that the file imports from the library, each with an import of this name alone.
    fn imports(&self, krate: &str) -> BTreeMap<String, TokenStream> {
        let mut imports = BTreeMap::new();
        for item in &self.uses {
            leaves(&item.tree, &[], krate, &mut imports);
        }
        imports
    }
}

fn leaves(tree: &UseTree, path: &[Ident], krate: &str, into: &mut BTreeMap<String, TokenStream>) {
    match tree {
        UseTree::Path(segment) => {
            let mut longer = path.to_vec();
            longer.push(segment.ident.clone());
            leaves(&segment.tree, &longer, krate, into);
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, path, krate, into)),
        UseTree::Name(leaf) if leaf.ident == "self" => {
            if let (Some(name), Some(import)) = (path.last(), import(path, krate, &quote!())) {
                into.entry(name.to_string()).or_insert(import);
            }
        }
        UseTree::Name(leaf) => add(&leaf.ident, &quote!(), &leaf.ident, path, krate, into),
        UseTree::Rename(leaf) => {
            let name = &leaf.rename;
            add(&leaf.ident, &quote!(as #name), name, path, krate, into);
        }
        UseTree::Glob(_) => {}
    }
}

fn add(
    leaf: &Ident,
    rename: &TokenStream,
    name: &Ident,
    path: &[Ident],
    krate: &str,
    into: &mut BTreeMap<String, TokenStream>,
) {
    let mut longer = path.to_vec();
    longer.push(leaf.clone());
    if let Some(import) = import(&longer, krate, rename) {
        into.entry(name.to_string()).or_insert(import);
    }
}

/// An import as another crate writes it, or `None` if the path is relative.
fn import(path: &[Ident], krate: &str, rename: &TokenStream) -> Option<TokenStream> {
    let (root, rest) = path.split_first()?;
    let root = match root.to_string().as_str() {
        "crate" => krate.to_owned(),
        known @ ("std" | "core" | "alloc") => known.to_owned(),
        _ => return None,
    };
    let root = Ident::new(&root, proc_macro2::Span::call_site());
    Some(quote!(use ::#root #(::#rest)* #rename;))
}

fn collect_words(tokens: TokenStream, into: &mut Vec<String>) {
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => collect_words(group.stream(), into),
            TokenTree::Ident(word) => into.push(word.to_string()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}
