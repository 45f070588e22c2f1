//! Which yields get a frame, also in bodies that are not valid Rust yet.

use proc_macro2::TokenStream;

use super::coroutine;
use crate::pipeline::editor::unfinished;

/// The tokens between the frame of a yield and its operand, without spaces. Outside of a compiler
/// nothing has a position, so they are the same for each yield.
const SITE_AND_EDGES: &str = "__coroutine_site0(::r#gen::__private::Edge)at(__coroutine_site,0),";

/// The tokens that are emitted for a body, without spaces.
fn lowered(body: &str) -> String {
    coroutine_of(body).replace(SITE_AND_EDGES, ",")
}

/// The same, with the tokens between the frame of a yield and its operand.
fn coroutine_of(body: &str) -> String {
    let item: TokenStream = format!("fn f() {{ {body} }}").parse().expect("tokens");
    coroutine(TokenStream::new(), item).to_string().replace(char::is_whitespace, "")
}

/// Checks what is emitted for a piece of a body.
#[track_caller]
fn becomes(body: &str, expected: &str) {
    let (actual, expected) = (lowered(body), expected.replace(char::is_whitespace, ""));
    assert!(actual.contains(&expected), "`{body}`\nbecame {actual}\nwithout {expected}");
}

#[test]
fn yields_get_the_frame() {
    becomes("yield_!(x)", "yield_!(@frame __frame, x)");
    becomes("gen::yield_![x]", "gen::yield_![@frame __frame, x]");
    becomes("m!(a, yield_! { x } => b)", "m!(a, yield_! {@frame __frame, x} => b)");
    becomes("yield_!(yield_!(x))", "yield_!(@frame __frame, yield_!(@frame __frame, x))");
    becomes("macro_rules! m { ($e:expr) => { yield_!($e) } }", "yield_!(@frame __frame, $e)");
    becomes("yield_!()", "yield_!(@frame __frame,)");
}

#[test]
fn literal_tuples_are_split() {
    becomes("yield_!((a, b))", "@frame __frame, @tuple [a] [b]");
    becomes("yield_!((a,))", "@tuple [a]");
    becomes("yield_!((f::<A, B>(), |a, b| c, [x; 2],))", "@tuple [f::<A, B>()] [|a, b| c] [[x; 2]]");
    becomes("yield_!((yield_!(a), b))", "@tuple [yield_!(@frame __frame, a)] [b]");
    becomes("yield_!((a, b.))", "@tuple [a] [b.]");
    becomes("yield_!((&, b))", "@tuple [&] [b]");
    becomes("yield_!((a b, c))", "@tuple [a b] [c]");
    becomes("yield_!((a, get(b.), c))", "@tuple [a] [get(b.)] [c]");
    becomes("yield_!((a))", "@frame __frame, (a))");
    becomes("yield_!(())", "@frame __frame, ())");
    becomes("yield_!((a, b).0)", "@frame __frame, (a, b).0)");
    let thirteen = "yield_!((a, a, a, a, a, a, a, a, a, a, a, a, a))";
    assert!(!lowered(thirteen).contains("@tuple"));
}

#[test]
fn unfinished_bodies_keep_their_tokens() {
    becomes("let x = yield_!(client.); x.", "let x = yield_!(@frame __frame, client.); x.");
    becomes("yield_!((a., b))", "yield_!(@frame __frame, @tuple [a.] [b])");
    becomes("if yield_!(x) { y. } else", "if yield_!(@frame __frame, x) { y. } else");
    becomes("let = ; yield_!(x) fn", "let = ; yield_!(@frame __frame, x) fn");
    becomes("async |", "async |");
    becomes("async move |x| yield_!(x.)", "yield_!(@frame __frame, x.)");
}

#[test]
fn async_blocks_and_closures_have_frames_of_their_own() {
    let context = |inside: &str| {
        let frame = "let __frame = const { ::r#gen::__private::Frame::new(0) };";
        format!("{{ {frame} match () {{ () => {{ {inside} }} }} }}")
    };
    let (x, n) = (context("yield_!(@frame __frame, x)"), context("yield_!(@frame __frame, n)"));
    becomes("async { yield_!(x) }", &format!("async {x}"));
    becomes("async move |n| yield_!(n)", &format!("async move |n| {n}"));
    becomes("async || -> u8 { yield_!(n) }", &format!("async || -> u8 {n}"));
    assert_eq!(lowered("async { yield_!(x) };").matches("__frame=").count(), 1, "the body itself needs none");
    assert_eq!(lowered("async { x };").matches("__frame").count(), 0);
}

#[test]
fn other_functions_are_left_alone() {
    for inner in [
        "#[gen::coroutine] fn g() { yield_!(x) }",
        "#[co] fn g<const N: usize>() -> A<{ 1 }> where A<{ N }>: B { yield_!(x) }",
        "macro_rules! m { ($n:ident) => { fn $n() { yield_!(x) } } }",
    ] {
        assert!(!lowered(inner).contains("@frame"), "{inner}");
    }
    becomes("let f: fn(u8) -> u8 = g; yield_!(x)", "yield_!(@frame __frame, x)");
}

#[test]
fn a_frame_of_an_outer_walk_is_replaced() {
    becomes("yield_!(@frame other f 31_00017 (Edge) at (f, 31_00017), x)", "yield_!(@frame __frame, x)");
    becomes(
        "yield_!(@frame other f 31_00017 (Edge) at (f, 31_00017), @tuple [a] [b])",
        "yield_!(@frame __frame, @tuple [a] [b])",
    );
}

#[test]
fn bodies_that_are_suspended_at_yields_only_are_closed() {
    let closed = |body: &str| lowered(body).contains("closed_machine");
    for body in [
        "",
        "yield_!(x)?; a != b",
        "if !(a) { return !(b) }",
        "gen::yield_!(x)?; yield_![y]",
        "yield_!(async { yield_!(x) })",
    ] {
        assert!(closed(body), "{body}");
    }
    for body in [
        "x.await",
        "yield_!(x.await)",
        "yield_!(async { x.await })",
        "println!(\"{}\", x.await)",
        "select! { a = yield_!(x) => {} }",
        "macro_rules! m { () => {} } m!()",
        "log::error! {}",
        "println!(\"{}\", yield_!(x))",
        "vec![yield_!(x)]",
    ] {
        assert!(!closed(body), "{body}");
    }
}

/// The name of an item is not hygienic, so it must not be a name in the body.
#[test]
fn the_function_of_the_site_has_a_name_that_the_body_does_not_know() {
    for (body, free) in [
        ("", "__coroutine_site"),
        ("__coroutine", "__coroutine_site"),
        ("m!({ __coroutine_site })", "__coroutine_site_"),
        ("fn r#__coroutine_site() {}", "__coroutine_site_"),
        ("__coroutine_site_; __coroutine_site", "__coroutine_site__"),
        ("__coroutine_site; __coroutine_site_", "__coroutine_site__"),
        ("__coroutine_sites; __coroutine_site", "__coroutine_sites_"),
    ] {
        let (emitted, free) = (coroutine_of(&format!("{body}; yield_!(x)")), format!("{free}("));
        assert!(emitted.contains(&format!("fn{free})->")), "`{body}` became {emitted}");
        let site = free.trim_end_matches('(');
        let edges = SITE_AND_EDGES.replace("__coroutine_site", site);
        assert!(emitted.contains(&format!("yield_!(@frame__frame{edges}x)")), "`{body}` became {emitted}");
        assert!(emitted.ends_with(&format!("__body,{site})}}")), "`{body}` became {emitted}");
    }
}

/// An editor that cannot parse the body passes a word, and puts the body in its place in what is
/// emitted.
#[test]
fn a_body_that_comes_later_has_the_frame_too() {
    let item = "fn f(x: u8) -> R __word".parse().expect("tokens");
    let emitted = coroutine(TokenStream::new(), item).to_string().replace(char::is_whitespace, "");
    assert!(emitted.starts_with("fnf(x:u8)->impl::r#gen::Coroutine<Output=R>{"), "{emitted}");
    assert!(emitted.contains("::r#gen::__private::unfinished!(::r#gen,__frame,__word)"), "{emitted}");
    // Every token is in the arguments of a macro. At an offset outside of one, an editor would
    // complete as if the body could be parsed.
    assert!(emitted.contains("{::r#gen::__private::verbatim!({fn__coroutine_site()"), "{emitted}");
    assert!(emitted.ends_with("machine(__call,__body,__coroutine_site)})}"), "{emitted}");

    let body = "a::b, __frame, { let x = ; yield_!(x) async { yield_!(y) } }".parse().expect("tokens");
    let walked = unfinished::expand(body).to_string().replace(char::is_whitespace, "");
    let yielded = SITE_AND_EDGES.replace("::r#gen", "a::b") + "x)";
    assert!(
        walked.starts_with(&format!("{{letx=;yield_!(@frame__frame{yielded}async{{let__frame=const{{a::b::")),
        "{walked}"
    );
}

/// The end of an expression is looked for at the first comma, the second, the fourth and so on.
#[test]
fn expressions_with_commas_of_generics_are_taken_whole() {
    let generics = |count: usize| format!("g::<{}>", vec!["T"; count].join(", "));
    for count in 1..=9 {
        let call = generics(count);
        becomes(
            &format!("[async |x| {call}(yield_!(x)), b]"),
            &format!("{call}(yield_!(@frame __frame, x)) }} }} }}, b]"),
        );
        becomes(&format!("yield_!(({call}(), b, {call}(),))"), &format!("@tuple [{call}()] [b] [{call}()]"));
    }
    becomes(
        "async |x| yield_!(x); a, b",
        "{ let __frame = const { ::r#gen::__private::Frame::new(0) }; match () { () => { yield_!(@frame __frame, x) } } }; a, b",
    );
    becomes("yield_!((a, b c))", "@tuple [a] [b c]");
    becomes("yield_!((a; b))", "@frame __frame, (a; b))");
}
