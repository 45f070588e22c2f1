//! The modules of a crate, as its files declare them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Item, ItemMod, ItemUse, UseTree, Visibility};

use super::tokens::{self, Found};

/// The text of each file, by its path below `src`.
pub(crate) type Files = BTreeMap<String, String>;

/// All files of a folder.
pub(crate) fn read(src: &Path) -> Files {
    let (mut files, mut folders) = (Files::new(), vec![src.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(src).expect("it is below the folder");
                let name = name.iter().map(|part| part.to_str().expect("a name of ours")).collect::<Vec<_>>();
                files.insert(name.join("/"), fs::read_to_string(&path).expect("the file can be read"));
            }
        }
    }
    files
}

/// The folder that holds the modules that a file declares, with a slash at its end.
pub(crate) fn folder_of(file: &str) -> String {
    let stem = file.strip_suffix(".rs").unwrap_or(file);
    match stem {
        "lib" => String::new(),
        _ => format!("{}/", stem.strip_suffix("/mod").unwrap_or(stem)),
    }
}

pub(crate) struct Tree {
    /// The first one is the root, its own parent.
    pub(crate) modules: Vec<Module>,
    /// The files that are compiled for tests only.
    pub(crate) test_only: BTreeSet<String>,
}

#[derive(Default)]
pub(crate) struct Module {
    pub(crate) file: String,
    pub(crate) parent: usize,
    pub(crate) children: HashMap<String, Child>,
    /// The items but modules and imports, with the file of each.
    pub(crate) defined: HashMap<String, String>,
    /// A name can be imported twice, since a function may have a `use` of its own.
    pub(crate) imports: HashMap<String, Vec<Vec<String>>>,
    pub(crate) globs: Vec<Vec<String>>,
    pub(crate) mentions: Vec<Mention>,
}

#[derive(Clone, Copy)]
pub(crate) struct Child {
    pub(crate) id: usize,
    pub(crate) is_private: bool,
}

/// A path that a module mentions, and the line.
pub(crate) struct Mention {
    pub(crate) kind: Kind,
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// `use path;`
    Import,
    /// `pub use path;` and `pub(crate) use path;`
    Reexport,
    /// In an item.
    Code,
}

impl Tree {
    pub(crate) fn new(files: &Files) -> Self {
        let mut tree = Tree { modules: Vec::new(), test_only: BTreeSet::new() };
        tree.add_file(files, "lib.rs", 0);
        for module in &mut tree.modules {
            module.mentions.sort_by_key(|mention| mention.kind);
        }
        tree
    }

    pub(crate) fn files(&self) -> BTreeSet<&str> {
        self.modules.iter().map(|module| module.file.as_str()).collect()
    }

    fn add_file(&mut self, files: &Files, file: &str, parent: usize) -> usize {
        let parsed = syn::parse_file(&files[file]).unwrap_or_else(|error| panic!("{file}: {error}"));
        self.add_module(files, file, &folder_of(file), parent, parsed.items)
    }

    fn add_module(
        &mut self,
        files: &Files,
        file: &str,
        folder: &str,
        parent: usize,
        items: Vec<Item>,
    ) -> usize {
        let id = self.modules.len();
        self.modules.push(Module { file: file.to_owned(), parent, ..Module::default() });
        for item in items {
            let is_test_only = tokens::is_test_only(item.to_token_stream());
            match item {
                Item::Mod(module) if is_test_only => {
                    self.test_only.extend(file_of(files, folder, &module));
                }
                _ if is_test_only => {}
                Item::Mod(module) => self.add_child(files, file, folder, id, module),
                Item::Use(item) => self.add_use(id, &item),
                item => self.add_item(id, &item),
            }
        }
        id
    }

    fn add_child(&mut self, files: &Files, file: &str, folder: &str, parent: usize, module: ItemMod) {
        let name = module.ident.to_string();
        let is_private = matches!(module.vis, Visibility::Inherited);
        let in_file = file_of(files, folder, &module);
        let id = match (module.content, in_file) {
            (Some((_, items)), _) => self.add_module(files, file, &format!("{folder}{name}/"), parent, items),
            (None, Some(file)) => self.add_file(files, &file, parent),
            (None, None) => panic!("{file} declares the module {name}, which has no file"),
        };
        self.modules[parent].children.insert(name, Child { id, is_private });
    }

    fn add_item(&mut self, id: usize, item: &Item) {
        if let Some(name) = name_of(item) {
            let is_exported = tokens::has_attribute(item.to_token_stream(), "macro_export");
            let file = self.modules[id].file.clone();
            self.modules[if is_exported { 0 } else { id }].defined.insert(name, file);
        }
        self.add_tokens(id, item.to_token_stream());
    }

    fn add_tokens(&mut self, id: usize, tokens: TokenStream) {
        for found in tokens::scan(tokens) {
            match found {
                Found::Use(item) => self.add_use(id, &item),
                Found::Path(path, line) => {
                    self.modules[id].mentions.push(Mention { kind: Kind::Code, path, line });
                }
            }
        }
    }

    fn add_use(&mut self, id: usize, item: &ItemUse) {
        // `use ::name` is another crate.
        if item.leading_colon.is_none() {
            let kind = match item.vis {
                Visibility::Inherited => Kind::Import,
                _ => Kind::Reexport,
            };
            self.modules[id].add_use(kind, &[], &item.tree);
        }
    }
}

impl Module {
    fn add_use(&mut self, kind: Kind, path: &[String], tree: &UseTree) {
        let with = |name: String| path.iter().cloned().chain([name]).collect::<Vec<_>>();
        let (ident, name) = match tree {
            UseTree::Path(tree) => return self.add_use(kind, &with(tree.ident.to_string()), &tree.tree),
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.add_use(kind, path, tree));
            }
            UseTree::Glob(_) => return self.globs.push(path.to_vec()),
            UseTree::Name(tree) => (&tree.ident, &tree.ident),
            UseTree::Rename(tree) => (&tree.ident, &tree.rename),
        };
        let line = ident.span().start().line;
        // `use a::{self}` and `use a::{self as b}` import `a`.
        let path = if ident == "self" { path.to_vec() } else { with(ident.to_string()) };
        let name = if name == "self" { path.last().cloned() } else { Some(name.to_string()) };
        // `use a as _` brings a trait into scope, but no name.
        if let Some(name) = name.filter(|name| name != "_") {
            self.imports.entry(name).or_default().push(path.clone());
        }
        self.mentions.push(Mention { kind, path, line });
    }
}

/// The file of `mod name;`.
fn file_of(files: &Files, folder: &str, module: &ItemMod) -> Option<String> {
    let stem = format!("{folder}{}", module.ident);
    let candidates = [format!("{stem}.rs"), format!("{stem}/mod.rs")];
    candidates.into_iter().find(|file| module.content.is_none() && files.contains_key(file))
}

fn name_of(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}
