//! Checks that long items cost in proportion to their length: four times the length, at most about
//! four times the work.
//!
//! Deep items may cost more, since each level may look at everything inside it. If they were so
//! deep that our stack overflowed, rustc's would overflow first.

use proc_macro2::TokenStream;

use crate::work;
use gen_fuzz::Attribute;

/// How many times the work may grow when the length grows four times.
const MOST: usize = 5;
const SHORT: usize = 300;
const LONG: usize = 4 * SHORT;

/// The text before the repeated part, the repeated part, and the text after it.
const SHAPES: &[(&str, &str, &str)] = &[
    ("fn f() { yield_!((", "a + b, ", ")) }"),
    ("fn f() { [", "async |x| x, ", "] }"),
    ("fn f() { [", "async |x| yield_!(f::<A, B>(x)), ", "] }"),
    ("fn f() { ", "let a = async |x| x; ", "}"),
    ("fn f() { ", "async { yield_!(x) }; ", "}"),
    ("fn f() { ", "let a = yield_!(g(x))?; ", "}"),
    ("fn f() { ", "let a = async |x| 1 +, ", "}"),
    ("fn f() { a", " + yield_!(x)", " }"),
    ("fn f() { m!(", "yield_!(x), ", ") }"),
    ("fn f() { m!(", "yield_!(x) => y; ", ") }"),
    ("fn f() { ", "async | ; ", "}"),
    ("fn f() { ", "fn g() { yield_!(x) } ", "}"),
    ("fn f(", "(a, mut b): &(u8, u8), ", ") {}"),
    ("fn f<", "T: Clone, ", ">() -> Box<dyn Fn(&u8)> {}"),
    ("#[a] fn f() -> (", "impl Trait<u8>, ", ") {}"),
    ("", "#[a] ", "fn f() {}"),
];

/// The shapes whose work grows faster than their length, each with the work for the short and the
/// long item.
pub(crate) fn too_fast() -> Vec<(String, usize, usize)> {
    let compare = |(before, repeated, after): &(&str, &str, &str)| {
        let item = |times| [*before, &repeated.repeat(times), after].concat();
        (item(1), cost(&item(SHORT)), cost(&item(LONG)))
    };
    SHAPES.iter().map(compare).filter(|(_, short, long)| *long > MOST * short).collect()
}

fn cost(item: &str) -> usize {
    let parse = |text: &str| text.parse::<TokenStream>().unwrap_or_default();
    let (options, item) = (parse("dyn"), parse(item));
    work::of(|| gen_fuzz::run(Attribute::Coroutine, options, item)).1
}
