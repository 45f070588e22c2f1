//! The names of arguments that callers and documentation see.

use proc_macro2::TokenStream;

use super::coroutine;

/// The name and the arguments of the emitted function.
fn seen(arguments: &str) -> String {
    let item: TokenStream = format!("fn f({arguments}) {{}}").parse().expect("tokens");
    let emitted = coroutine(TokenStream::new(), item).to_string();
    let end = emitted.find("-> impl").expect("a coroutine");
    emitted[..end].replace(char::is_whitespace, "").replace(':', ": ").replace(',', ", ")
}

#[test]
fn each_keeps_its_name_or_is_named_after_what_it_binds() {
    for (written, shown) in [
        ("n: u8, mut m: u8", "fnf(n: u8, m: u8)"),
        ("_unused: u8, mut _also: u8", "fnf(_unused: u8, _also: u8)"),
        ("(a, b): T", "fnf(a_b: T)"),
        ("Query(name): T", "fnf(name: T)"),
        ("Point { x, y: (left, _), .. }: T", "fnf(x_left: T)"),
        ("[first, .., last]: T", "fnf(first_last: T)"),
        ("&n: T, ref mut m: T, whole @ (_, _): T", "fnf(n: T, m: T, whole: T)"),
        ("(A(n) | B(n)): T", "fnf(n: T)"),
        ("__frame: T, __call: T", "fnf(__frame_arg0: T, __call_arg1: T)"),
        ("_: T, (_, _): T", "fnf(_arg0: T, _arg1: T)"),
        ("&self, _: T", "fnf(&self, _arg1: T)"),
        ("(a, b): T, (a_b, _): T", "fnf(a_b: T, a_b_arg1: T)"),
        ("Wrapper(r#type): T, Wrapper(r#where): T", "fnf(type_: T, where_: T)"),
    ] {
        assert_eq!(seen(written), shown, "{written}");
    }
}
