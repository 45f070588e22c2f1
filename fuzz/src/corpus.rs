//! What the inputs are made from: the functions of real Rust sources.

use std::path::{Path, PathBuf};
use std::process::Command;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};

/// Longer functions cost time, and hold nothing that shorter ones do not.
const LONGEST: usize = 200;

/// The parts of the toolchain's library whose functions are of all kinds.
const PARTS: [&str; 7] = ["alloc", "alloctests", "core", "coretests", "proc_macro", "std", "test"];

/// Functions, as the attribute would get them.
pub(crate) struct Corpus {
    pub(crate) functions: Vec<TokenStream>,
    /// From this one on they are of this workspace, where functions yield.
    pub(crate) of_the_workspace: usize,
}

impl Corpus {
    /// Reads all functions there are.
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

/// The toolchain's library source: the toolchain's own, else what a distribution's package has installed.
pub(crate) fn library() -> Option<PathBuf> {
    let asked = Command::new("rustc").args(["--print", "sysroot"]).output().ok();
    let sysroot = asked.and_then(|asked| String::from_utf8(asked.stdout).ok()).unwrap_or_default();
    [sysroot.trim(), "/usr"]
        .map(|root| Path::new(root).join("lib/rustlib/src/rust/library"))
        .into_iter()
        .find(|library| library.join("core/src").is_dir())
}

/// Where this workspace is.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[derive(Default)]
struct Functions {
    found: Vec<TokenStream>,
}

impl Functions {
    /// Reads the files in the order of their names, so that each run finds the same.
    fn read_folder(&mut self, folder: &Path) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        for path in paths {
            let skipped = path.file_name().is_some_and(|name| name == "target" || name == "vendor");
            if path.is_dir() && !skipped {
                self.read_folder(&path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                self.read_file(&path);
            }
        }
    }

    /// A file that is no Rust, or none that `syn` knows, has nothing for us.
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

/// How many trees there are, at all depths.
pub(crate) fn size(tokens: &TokenStream) -> usize {
    let inside = |tree| match tree {
        TokenTree::Group(group) => 1 + size(&group.stream()),
        _ => 1,
    };
    tokens.clone().into_iter().map(inside).sum()
}
