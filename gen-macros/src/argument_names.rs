//! Names for arguments that are written as patterns: the names that callers and documentation see.

use syn::ext::IdentExt;
use syn::{Ident, Pat};

use crate::paths::ours;

/// The names of patterns so far: two arguments must not have the same.
#[derive(Default)]
pub(crate) struct ArgumentNames(Vec<String>);

impl ArgumentNames {
    /// What documentation calls an argument that is a pattern: by what it binds.
    pub(crate) fn of_pattern(&mut self, pattern: &Pat, position: usize) -> Ident {
        let mut bound = Vec::new();
        collect_bindings(pattern, &mut bound);
        let mut name = bound.join("_");
        // Locals of ours begin with two underscores.
        if name.is_empty() || name.starts_with("__") || self.0.contains(&name) {
            name = format!("{name}_arg{position}");
        }
        // What was written `r#type` may be bound alone.
        if syn::parse_str::<Ident>(&name).is_err() {
            name.push('_');
        }
        self.0.push(name.clone());
        Ident::new(&name, ours())
    }
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
        // Each case binds the same.
        Pat::Or(cases) => cases.cases.iter().take(1).for_each(|case| collect_bindings(case, names)),
        _ => {}
    }
}
