//! Names for arguments that are written as patterns: the names that callers and documentation see.

use syn::ext::IdentExt;
use syn::{Ident, Pat, PatIdent};

use crate::pipeline::paths::ours;

/// The names that patterns have got so far. No two arguments may have the same name.
#[derive(Default)]
pub(crate) struct ArgumentNames(Vec<String>);

impl ArgumentNames {
    /// A name for an argument that is a pattern. It is made from the names that the pattern binds.
    pub(crate) fn of_pattern(&mut self, pattern: &Pat, position: usize) -> Ident {
        let mut bound = Vec::new();
        collect_bindings(pattern, &mut bound);
        let mut name = bound.join("_");
        // Our own locals begin with two underscores.
        if name.is_empty() || name.starts_with("__") || self.0.contains(&name) {
            name = format!("{name}_arg{position}");
        }
        // A keyword, if the pattern binds `r#type` and nothing else.
        if syn::parse_str::<Ident>(&name).is_err() {
            name.push('_');
        }
        while self.0.contains(&name) {
            name.push('_');
        }
        self.0.push(name.clone());
        Ident::new(&name, ours())
    }
}

/// The pattern that binds a name by value.
pub(crate) fn pattern_of(ident: Ident) -> Pat {
    Pat::Ident(PatIdent { attrs: Vec::new(), by_ref: None, mutability: None, ident, subpat: None })
}

fn collect_bindings(pattern: &Pat, names: &mut Vec<String>) {
    match pattern {
        Pat::Ident(bound) => {
            names.push(bound.ident.unraw().to_string());
            if let Some((_, inner)) = &bound.subpat {
                collect_bindings(inner, names);
            }
        }
        Pat::Tuple(tuple) => tuple.elems.iter().for_each(|inner| collect_bindings(inner, names)),
        Pat::TupleStruct(tuple) => tuple.elems.iter().for_each(|inner| collect_bindings(inner, names)),
        Pat::Slice(slice) => slice.elems.iter().for_each(|inner| collect_bindings(inner, names)),
        Pat::Struct(fields) => fields.fields.iter().for_each(|field| collect_bindings(&field.pat, names)),
        Pat::Reference(reference) => collect_bindings(&reference.pat, names),
        Pat::Paren(paren) => collect_bindings(&paren.pat, names),
        // Every case binds the same names.
        Pat::Or(cases) => cases.cases.iter().take(1).for_each(|case| collect_bindings(case, names)),
        _ => {}
    }
}
