//! Makes inputs: functions of the corpus, with some of their tokens changed, at any depth.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

use crate::corpus::Corpus;
use crate::input::Input;
use crate::random::Random;
use gen_fuzz::Attribute;

/// Code that the attributes look for. Tokens of the function replace `HOLE`.
const SNIPPETS: &[&str] = &[
    "yield_!(HOLE)",
    "yield_!(HOLE)?",
    "gen::yield_!((HOLE, HOLE))",
    "yield_!((HOLE,))",
    "yield_![yield_!(HOLE)]",
    "yield_!(@frame __frame, HOLE)",
    "yield_!(HOLE.)",
    "async { HOLE }",
    "async move { yield_!(HOLE) }",
    "async |x| HOLE",
    "async move |x: u8| -> u8 { HOLE }",
    "async || yield_!(HOLE)",
    "|x| HOLE",
    "move || { HOLE }",
    "const { HOLE }",
    "unsafe { HOLE }",
    "'a: loop { HOLE }",
    "match HOLE { _ => {} }",
    "[HOLE; { HOLE }]",
    "m!(HOLE)",
    "m! { HOLE }",
    "HOLE.await",
    "(HOLE, HOLE)",
    "return HOLE",
    "fn g() -> [u8; { 1 }] { HOLE }",
    "#[gen::coroutine] fn g() { HOLE }",
    "macro_rules! m { ($x:expr) => { HOLE } }",
    "impl Trait<HOLE>",
    "&'_ HOLE",
    "&mut (HOLE)",
    "for<'a> fn(HOLE) -> &'a u8",
    "#[cfg(HOLE)]",
    "#![allow(HOLE)]",
    "HOLE: u8",
    "-> HOLE",
    "ref mut HOLE",
    "crate = HOLE",
];

/// Words with a meaning for the attributes or for their parser.
const WORDS: &[&str] = &[
    "HOLE",
    "Self",
    "__arg0",
    "__frame",
    "async",
    "await",
    "boxed",
    "const",
    "crate",
    "default",
    "dyn",
    "extern",
    "fn",
    "for",
    "frame",
    "impl",
    "local",
    "macro_rules",
    "mut",
    "pub",
    "r#gen",
    "ref",
    "return",
    "returns",
    "self",
    "send",
    "static",
    "super",
    "unsafe",
    "where",
    "yield_",
    "_",
];

const OPTIONS: &[&str] = &[
    "dyn",
    "dyn(local)",
    "boxed",
    "send",
    "returns",
    "crate = a::b",
    "crate = ::a",
    "boxed, send, returns, crate = crate::a",
    "returns, dyn",
    "send, dyn(local,), boxd",
];

const PUNCTUATION: &[char] =
    &['!', '#', '$', '&', '\'', ',', '-', '.', ':', ';', '<', '=', '>', '?', '@', '|'];

const DELIMITERS: [Delimiter; 4] =
    [Delimiter::Parenthesis, Delimiter::Brace, Delimiter::Bracket, Delimiter::None];

/// Makes the inputs from one corpus.
pub(crate) struct Mutator<'c> {
    corpus: &'c Corpus,
    snippets: Vec<TokenStream>,
    options: Vec<TokenStream>,
}

impl<'c> Mutator<'c> {
    pub(crate) fn new(corpus: &'c Corpus) -> Mutator<'c> {
        let parse = |texts: &[&str]| texts.iter().filter_map(|text| text.parse().ok()).collect();
        Mutator { corpus, snippets: parse(SNIPPETS), options: parse(OPTIONS) }
    }

    /// The input `number` of the run `seed`. The first inputs are the functions of the corpus,
    /// unchanged.
    pub(crate) fn input(&self, seed: u64, number: u64) -> Input {
        let random = &mut Random::new(seed, number);
        let attribute = match random.below(10) {
            0 => Attribute::Main,
            1 => Attribute::Engine,
            2 => Attribute::Test,
            _ => Attribute::Coroutine,
        };
        let options = self.options(random);
        let whole = usize::try_from(number).ok().and_then(|number| self.corpus.functions.get(number));
        let item = match whole {
            Some(function) => function.clone(),
            None => self.item(random),
        };
        Input { attribute, options, item }
    }

    fn options(&self, random: &mut Random) -> TokenStream {
        match random.below(8) {
            0..4 => TokenStream::new(),
            4..7 => random.pick(&self.options).clone(),
            _ => {
                let options = random.pick(&self.options).clone();
                self.mutate(random, options)
            }
        }
    }

    fn item(&self, random: &mut Random) -> TokenStream {
        if random.once_in(50) {
            return self.soup(random, 3);
        }
        let mut item = self.function(random).clone();
        loop {
            item = self.mutate(random, item);
            if random.once_in(2) {
                return item;
            }
        }
    }

    fn function(&self, random: &mut Random) -> &'c TokenStream {
        let Corpus { functions, of_the_workspace } = self.corpus;
        let (library, workspace) = functions.split_at(*of_the_workspace);
        let from = if random.once_in(4) || library.is_empty() { workspace } else { library };
        random.pick(from)
    }

    /// Random tokens.
    fn soup(&self, random: &mut Random, depth: usize) -> TokenStream {
        let length = random.below(12);
        let tree = |_| {
            if depth > 0 && random.once_in(3) {
                group(*random.pick(&DELIMITERS), self.soup(random, depth - 1))
            } else {
                self.tree(random)
            }
        };
        (0..length).map(tree).collect()
    }

    /// One token tree, from the snippets or from some function.
    fn tree(&self, random: &mut Random) -> TokenTree {
        match random.below(8) {
            0 => group(*random.pick(&DELIMITERS), TokenStream::new()),
            1 => group(Delimiter::None, self.piece(random, 4)),
            2 | 3 => {
                let spacing = if random.once_in(2) { Spacing::Joint } else { Spacing::Alone };
                Punct::new(*random.pick(PUNCTUATION), spacing).into()
            }
            4 | 5 => word(WORDS[random.below(WORDS.len())]),
            6 => literal(random),
            _ => self.piece(random, 1).into_iter().next().unwrap_or_else(|| literal(random)),
        }
    }

    /// Some neighbouring token trees of some function.
    fn piece(&self, random: &mut Random, longest: usize) -> TokenStream {
        let mut trees: Vec<TokenTree> = self.function(random).clone().into_iter().collect();
        while let Some(inner) = a_group(random, &trees).filter(|_| !random.once_in(4)) {
            let TokenTree::Group(group) = &trees[inner] else { break };
            trees = group.stream().into_iter().collect();
        }
        let range = random.range(trees.len(), longest);
        trees.get(range).unwrap_or_default().iter().cloned().collect()
    }

    /// A snippet around some token trees.
    fn wrap(&self, random: &mut Random, inner: &TokenStream) -> TokenStream {
        fill(random.pick(&self.snippets).clone(), inner)
    }

    /// Chooses a group at any depth, and changes its token trees.
    fn mutate(&self, random: &mut Random, tokens: TokenStream) -> TokenStream {
        let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
        match a_group(random, &trees).filter(|_| !random.once_in(5)) {
            Some(position) => {
                if let TokenTree::Group(inner) = &trees[position] {
                    trees[position] = group(inner.delimiter(), self.mutate(random, inner.stream()));
                }
            }
            None => self.change(random, &mut trees),
        }
        trees.into_iter().collect()
    }

    /// Makes one change in a list of token trees.
    fn change(&self, random: &mut Random, trees: &mut Vec<TokenTree>) {
        let range = match random.below(4) {
            0 => 0..trees.len(),
            1 => random.range(trees.len(), 8),
            _ => random.range(trees.len(), 1),
        };
        let chosen: TokenStream = trees.get(range.clone()).unwrap_or_default().iter().cloned().collect();
        let replacement: TokenStream = match random.below(15) {
            0 => TokenStream::new(),
            1 => {
                trees.truncate(range.start);
                return;
            }
            2 => {
                let (one, other) = (range.start, random.below(trees.len()));
                if one < trees.len() {
                    trees.swap(one, other);
                }
                return;
            }
            3 => repeat(random, &chosen),
            4 => self.nest(random, chosen),
            5 => group(*random.pick(&DELIMITERS), chosen).into(),
            6 => unwrap(chosen),
            7 => respaced(chosen),
            8 => self.tree(random).into(),
            9 => self.piece(random, 12),
            10 => [self.tree(random).into(), chosen].into_iter().collect(),
            _ => self.wrap(random, &chosen),
        };
        trees.splice(range, replacement);
    }

    /// The same snippet inside itself, many times.
    fn nest(&self, random: &mut Random, inner: TokenStream) -> TokenStream {
        let snippet = random.pick(&self.snippets).clone();
        let holes = size_of_holes(&snippet);
        let depth = if holes > 1 { random.below(5) } else { random.below(24) };
        (0..depth).fold(inner, |inner, _| fill(snippet.clone(), &inner))
    }
}

fn group(delimiter: Delimiter, tokens: TokenStream) -> TokenTree {
    Group::new(delimiter, tokens).into()
}

fn word(text: &str) -> TokenTree {
    let name = match text.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, Span::call_site()),
        None => Ident::new(text, Span::call_site()),
    };
    name.into()
}

fn literal(random: &mut Random) -> TokenTree {
    match random.below(4) {
        0 => Literal::string("x").into(),
        1 => Literal::u8_suffixed(7).into(),
        2 => Literal::f64_unsuffixed(0.5).into(),
        _ => Literal::usize_unsuffixed(0).into(),
    }
}

/// The index of a group among the token trees.
fn a_group(random: &mut Random, trees: &[TokenTree]) -> Option<usize> {
    let is_group = |tree: &TokenTree| matches!(tree, TokenTree::Group(_));
    let count = trees.iter().filter(|tree| is_group(tree)).count();
    let chosen = random.below(count);
    trees.iter().enumerate().filter(|(_, tree)| is_group(tree)).nth(chosen).map(|(position, _)| position)
}

fn repeat(random: &mut Random, tokens: &TokenStream) -> TokenStream {
    let times = if random.once_in(8) { 64 } else { 2 + random.below(3) };
    let comma = random.once_in(2).then(|| Punct::new(',', Spacing::Alone));
    let mut repeated = TokenStream::new();
    for _ in 0..times {
        repeated.extend(tokens.clone());
        repeated.extend(comma.clone().map(TokenTree::from));
    }
    repeated
}

/// Replaces each group by its contents.
fn unwrap(tokens: TokenStream) -> TokenStream {
    let inside = |tree| match tree {
        TokenTree::Group(group) => group.stream(),
        other => other.into(),
    };
    tokens.into_iter().map(inside).collect()
}

/// Changes the spacing of each punctuation character: joint ones become alone, and alone ones
/// joint.
fn respaced(tokens: TokenStream) -> TokenStream {
    let other = |tree| match tree {
        TokenTree::Punct(punct) => {
            let joint = punct.spacing() == Spacing::Joint;
            Punct::new(punct.as_char(), if joint { Spacing::Alone } else { Spacing::Joint }).into()
        }
        other => other,
    };
    tokens.into_iter().map(other).collect()
}

fn is_hole(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Ident(name) if name == "HOLE")
}

fn size_of_holes(snippet: &TokenStream) -> usize {
    let holes = |tree| match tree {
        TokenTree::Group(group) => size_of_holes(&group.stream()),
        other => usize::from(is_hole(&other)),
    };
    snippet.clone().into_iter().map(holes).sum()
}

/// The snippet with its holes filled.
fn fill(snippet: TokenStream, inner: &TokenStream) -> TokenStream {
    let filled = |tree: TokenTree| match tree {
        TokenTree::Group(outer) => group(outer.delimiter(), fill(outer.stream(), inner)).into(),
        hole if is_hole(&hole) => inner.clone(),
        other => other.into(),
    };
    snippet.into_iter().map(filled).collect()
}
