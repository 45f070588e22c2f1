//! Measures `async fn`s: their lines, tokens and `.await`s, on average and for each tenth of them,
//! from the smallest to the largest. The functions of `compile_time` have such sizes.
//!
//! `function_sizes FOLDER..` reads all `.rs` files in the folders, except for tests and benchmarks.

use std::path::Path;
use std::process::ExitCode;
use std::{fs, io};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, ExprAwait, File, ImplItemFn, ItemFn, ItemMod, Signature};

/// The size of one `async fn`.
#[derive(Default)]
struct Size {
    lines: usize,
    tokens: usize,
    awaits: usize,
}

impl Size {
    fn of(block: &Block) -> Size {
        let span = block.span();
        let mut size = Size {
            lines: span.end().line - span.start().line,
            tokens: tokens(block.to_token_stream()),
            awaits: 0,
        };
        size.visit_block(block);
        size
    }
}

impl<'ast> Visit<'ast> for Size {
    fn visit_expr_await(&mut self, expression: &'ast ExprAwait) {
        self.awaits += 1;
        visit::visit_expr_await(self, expression);
    }
}

/// The number of tokens, including those inside groups.
fn tokens(stream: TokenStream) -> usize {
    let inside = |tree| match tree {
        TokenTree::Group(group) => tokens(group.stream()),
        _ => 0,
    };
    stream.into_iter().map(|tree| 1 + inside(tree)).sum()
}

#[derive(Default)]
struct Functions {
    sizes: Vec<Size>,
}

impl Functions {
    fn function(&mut self, signature: &Signature, block: &Block) {
        if signature.asyncness.is_some() {
            self.sizes.push(Size::of(block));
        }
    }

    fn folder(&mut self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let named = |name: &str| path.file_name().is_some_and(|file| file == name);
            if path.is_dir() && !["tests", "benches", "target"].into_iter().any(named) {
                self.folder(&path)?;
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                self.file(&path);
            }
        }
        Ok(())
    }

    /// A file that does not parse, for instance a template, is left out.
    fn file(&mut self, path: &Path) {
        let parsed: Option<File> = fs::read_to_string(path).ok().and_then(|text| syn::parse_file(&text).ok());
        if let Some(file) = parsed {
            self.visit_file(&file);
        }
    }

    fn print(&mut self) {
        self.sizes.sort_by_key(|size| size.tokens);
        let functions = self.sizes.len();
        let mean = |part: &[Size], of: fn(&Size) -> usize| {
            part.iter().map(of).sum::<usize>() as f64 / part.len().max(1) as f64
        };
        let row = |name: &str, part: &[Size]| {
            let lines = mean(part, |size| size.lines);
            let tokens = mean(part, |size| size.tokens);
            let awaits = mean(part, |size| size.awaits);
            println!("{name:>12} {lines:>8.1} {tokens:>8.1} {awaits:>8.2}");
        };
        println!("{functions} functions\n{:>12} {:>8} {:>8} {:>8}", "", "lines", "tokens", "awaits");
        for tenth in 0..10 {
            let part = &self.sizes[functions * tenth / 10..functions * (tenth + 1) / 10];
            row(&format!("tenth {}", tenth + 1), part);
        }
        row("all", &self.sizes);
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.function(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.function(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if module.ident != "tests" && module.ident != "test" {
            visit::visit_item_mod(self, module);
        }
    }
}

fn main() -> ExitCode {
    let mut functions = Functions::default();
    for folder in std::env::args_os().skip(1) {
        if let Err(error) = functions.folder(Path::new(&folder)) {
            eprintln!("{}: {error}", folder.display());
            return ExitCode::FAILURE;
        }
    }
    functions.print();
    ExitCode::SUCCESS
}
