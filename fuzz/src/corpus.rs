//! The corpus from which the inputs are made: functions of real Rust sources.

use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};

use gen_fuzz::sources;

/// The largest number of token trees. Longer functions cost time, and contain nothing that shorter
/// ones do not.
const LONGEST: usize = 200;

/// The parts of the standard library. Together they contain functions of all kinds.
const PARTS: [&str; 7] = ["alloc", "alloctests", "core", "coretests", "proc_macro", "std", "test"];

/// Functions, as the attribute receives them.
pub(crate) struct Corpus {
    pub(crate) functions: Vec<TokenStream>,
    /// The index of the first function of this workspace, in which functions yield.
    pub(crate) of_the_workspace: usize,
}

impl Corpus {
    /// Reads all functions.
    pub(crate) fn read(library: &Path, workspace: &Path) -> Corpus {
        let mut functions = Functions::default();
        for part in PARTS {
            functions.read_folder(&library.join(part));
        }
        let of_the_workspace = functions.found.len();
        functions.read_folder(workspace);
        Corpus { functions: functions.found, of_the_workspace }
    }
}

#[derive(Default)]
struct Functions {
    found: Vec<TokenStream>,
}

impl Functions {
    fn read_folder(&mut self, folder: &Path) {
        for path in sources::rust_files(folder) {
            self.read_file(&path);
        }
    }

    /// Skips a file that `syn` cannot parse.
    fn read_file(&mut self, path: &Path) {
        let parsed = std::fs::read_to_string(path).ok().and_then(|text| syn::parse_file(&text).ok());
        if let Some(file) = parsed {
            self.visit_file(&file);
        }
    }

    fn add(&mut self, function: &impl ToTokens) {
        let tokens = function.to_token_stream();
        if size(&tokens) <= LONGEST {
            self.found.push(tokens);
        }
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(item);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(item);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.add(item);
        visit::visit_trait_item_fn(self, item);
    }
}

/// The number of token trees, at all depths.
pub(crate) fn size(tokens: &TokenStream) -> usize {
    let inside = |tree| match tree {
        TokenTree::Group(group) => 1 + size(&group.stream()),
        _ => 1,
    };
    tokens.clone().into_iter().map(inside).sum()
}
