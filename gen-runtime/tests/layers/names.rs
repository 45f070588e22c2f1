//! From a path to the file that defines what it names, through every `use` between.

use std::collections::{BTreeMap, HashSet};

use super::tree::{folder_of, Kind, Mention, Module, Tree};

/// The imports of each file from each other one.
pub(crate) type Edges = BTreeMap<(String, String), Vec<Import>>;

#[derive(Clone)]
pub(crate) struct Import {
    /// The path, as it is written.
    pub(crate) name: String,
    pub(crate) line: usize,
}

/// A thing that a path may name. One name may be a module and a function at once.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Module(usize),
    /// An item, and its file.
    Item(String),
    /// An item of another crate.
    Elsewhere,
}

/// The names that are being looked up, each in its module: imports can go round in a circle.
type Pending = HashSet<(usize, String)>;

pub(crate) fn edges(tree: &Tree) -> Edges {
    let mut edges = Edges::new();
    for (id, module) in tree.modules.iter().enumerate() {
        for mention in &module.mentions {
            for file in tree.files_of(id, module, mention) {
                let imports = edges.entry((module.file.clone(), file)).or_default();
                if is_new(imports, mention) {
                    imports.push(Import { name: mention.path.join("::"), line: mention.line });
                }
            }
        }
    }
    edges
}

/// Whether neither the path nor the `use` that brings its first word is noted.
fn is_new(noted: &[Import], mention: &Mention) -> bool {
    noted.iter().all(|import| {
        let last = import.name.rsplit("::").next();
        let is_by_import = mention.kind == Kind::Code && last == mention.path.first().map(String::as_str);
        import.name != mention.path.join("::") && !is_by_import
    })
}

impl Tree {
    /// The other files that define what the path names.
    fn files_of(&self, id: usize, module: &Module, mention: &Mention) -> Vec<String> {
        let targets = self.resolve(id, &mention.path, &mut Pending::new());
        let is_module = targets.iter().any(|target| matches!(target, Target::Module(_)));
        if mention.kind != Kind::Code && is_module {
            // The paths that begin with the module say which of its files are used.
            return Vec::new();
        }
        // A face that lists what is in its own folder does not use it.
        let is_listed =
            |file: &String| mention.kind == Kind::Reexport && file.starts_with(&folder_of(&module.file));
        let files = targets.into_iter().filter_map(|target| match target {
            Target::Item(file) => Some(file),
            _ => None,
        });
        files.filter(|file| *file != module.file && !is_listed(file)).collect()
    }

    fn resolve(&self, from: usize, path: &[String], pending: &mut Pending) -> Vec<Target> {
        let mut found = vec![Target::Module(from)];
        for (at, name) in path.iter().enumerate() {
            let Some(id) = module_of(&found) else {
                // The rest is a variant or an associated item.
                break;
            };
            let child = self.child(from, id, name).filter(|_| at + 1 < path.len());
            found = match name.as_str() {
                "crate" => vec![Target::Module(0)],
                "self" => vec![Target::Module(id)],
                "super" => vec![Target::Module(self.modules[id].parent)],
                name => child.map_or_else(|| self.look_up(from, id, name, pending), |child| vec![child]),
            };
            if found.is_empty() {
                // The call of a macro defines a name that is not written in its module.
                return if at == 0 { found } else { vec![Target::Item(self.modules[id].file.clone())] };
            }
        }
        found
    }

    /// The things called `name` in the module `id`, as the module `from` sees them.
    fn look_up(&self, from: usize, id: usize, name: &str, pending: &mut Pending) -> Vec<Target> {
        if !pending.insert((id, name.to_owned())) {
            return Vec::new();
        }
        let module = &self.modules[id];
        let mut found: Vec<_> = module.defined.get(name).cloned().map(Target::Item).into_iter().collect();
        let imports = module.imports.get(name);
        for path in imports.into_iter().flatten() {
            found.extend(self.resolve(id, path, pending));
        }
        if let Some(child) = self.child(from, id, name) {
            // Of two modules of one name the import sees another, a private one.
            found.retain(|target| !matches!(target, Target::Module(_)));
            found.push(child);
        }
        if found.is_empty() && imports.is_some() {
            found.push(Target::Elsewhere);
        }
        if found.is_empty() {
            for glob in &module.globs {
                let target = module_of(&self.resolve(id, glob, pending));
                found.extend(target.into_iter().flat_map(|glob| self.look_up(id, glob, name, pending)));
            }
        }
        pending.remove(&(id, name.to_owned()));
        found.sort();
        found.dedup();
        found
    }

    /// The module `name` in the module `id`, if it can be named from the module `from`.
    fn child(&self, from: usize, id: usize, name: &str) -> Option<Target> {
        let child = self.modules[id].children.get(name)?;
        (!child.is_private || self.is_within(from, id)).then_some(Target::Module(child.id))
    }

    fn is_within(&self, mut module: usize, outer: usize) -> bool {
        while module != outer && module != 0 {
            module = self.modules[module].parent;
        }
        module == outer
    }
}

fn module_of(targets: &[Target]) -> Option<usize> {
    targets.iter().find_map(|target| match target {
        Target::Module(id) => Some(*id),
        _ => None,
    })
}
