//! Makes a failing input smaller, as long as it fails in the same way.

use proc_macro2::{Group, TokenStream, TokenTree};

use crate::checks::{self, Failure};
use crate::input::Input;

/// The number of smaller inputs that are tried.
const TRIES: usize = 20_000;

/// The smallest input found that fails in the same way.
pub(crate) fn shrink(input: Input, failure: &Failure) -> Input {
    let mut shrinker = Shrinker { failure, tries: 0 };
    let Input { attribute, options, item } = input;
    let item = shrinker.tokens(item, &|item| Input { attribute, options: options.clone(), item });
    let options = shrinker.tokens(options, &|options| Input { attribute, options, item: item.clone() });
    Input { attribute, options, item }
}

struct Shrinker<'f> {
    failure: &'f Failure,
    tries: usize,
}

impl Shrinker<'_> {
    fn still_fails(&mut self, input: &Input) -> bool {
        self.tries += 1;
        self.tries <= TRIES && checks::check(input).err().as_ref() == Some(self.failure)
    }

    /// Shrinks some tokens of an input. `place` puts them back into the input.
    fn tokens(&mut self, tokens: TokenStream, place: &dyn Fn(TokenStream) -> Input) -> TokenStream {
        let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
        loop {
            let before = trees.len();
            self.remove(&mut trees, place);
            self.unwrap(&mut trees, place);
            if trees.len() == before {
                break;
            }
        }
        for position in 0..trees.len() {
            if let TokenTree::Group(group) = trees[position].clone() {
                let with = |inner| {
                    let mut copy = trees.clone();
                    copy[position] = TokenTree::Group(Group::new(group.delimiter(), inner));
                    copy.into_iter().collect()
                };
                let inner = self.tokens(group.stream(), &|inner| place(with(inner)));
                trees[position] = TokenTree::Group(Group::new(group.delimiter(), inner));
            }
        }
        trees.into_iter().collect()
    }

    /// Removes as many token trees as possible, long pieces first.
    fn remove(&mut self, trees: &mut Vec<TokenTree>, place: &dyn Fn(TokenStream) -> Input) {
        let mut length = trees.len();
        while length > 0 {
            let mut start = 0;
            while start < trees.len() {
                let mut fewer = trees.clone();
                fewer.drain(start..(start + length).min(trees.len()));
                if self.still_fails(&place(fewer.iter().cloned().collect())) {
                    *trees = fewer;
                } else {
                    start += length;
                }
            }
            length /= 2;
        }
    }

    /// Replaces groups by their contents.
    fn unwrap(&mut self, trees: &mut Vec<TokenTree>, place: &dyn Fn(TokenStream) -> Input) {
        let mut position = 0;
        while position < trees.len() {
            if let TokenTree::Group(group) = &trees[position] {
                let mut flat = trees.clone();
                flat.splice(position..=position, group.stream());
                if self.still_fails(&place(flat.iter().cloned().collect())) {
                    *trees = flat;
                    continue;
                }
            }
            position += 1;
        }
    }
}
