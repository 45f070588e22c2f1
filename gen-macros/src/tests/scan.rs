//! The outline of a body, which is all of it that is parsed.

use proc_macro2::TokenStream;
use quote::quote;

use super::{coroutine, errors};
use crate::pipeline::scan::BodyScan;

fn outline(body: TokenStream) -> Option<String> {
    BodyScan::of(body).outline.map(|outline| outline.to_string())
}

#[test]
fn a_body_without_a_yield_is_not_parsed() {
    assert_eq!(outline(quote!(let n = f(a); println!("{n}"); n)), None);
}

#[test]
fn what_does_not_yield_is_not_parsed() {
    let body = quote! {
        let mut sum = start(a, b);
        for n in list(c) { let m = n + 1; sum += yield_!(d(m)); }
        log(sum);
        log(n);
        Ok(sum)
    };
    let left = quote! { for n in list() { sum += yield_!(d(m)); } log(); Ok() };
    assert_eq!(outline(body), Some(left.to_string()));
}

#[test]
fn what_is_left_out_hides_no_mistake() {
    let wrong = [
        "f(a); let g = |x: [u8; 2]| { h(x); yield_!(x) }; g",
        "let list = [0; yield_!(n)]; f(list)",
        "fn inner(n: u8) { f(n); yield_!(n) } inner(1)",
        r#"f(a); print!("{}", (|| yield_!(a))())"#,
        "f(a); yield_!(a, b)",
        "f(a); yield f(b);",
    ];
    for body in wrong {
        let item = format!("fn f() {{ {body} }}").parse().expect("tokens");
        assert_eq!(errors(&coroutine(TokenStream::new(), item)).len(), 1, "{body}");
    }
}

#[test]
fn a_group_that_must_not_be_empty_hides_no_mistake() {
    // `pub () fn` is not an item.
    let item = quote! {
        fn f() {
            impl S {
                pub(crate) fn g(&self) -> u8 { yield_!(self.field) }
            }
        }
    };
    assert_eq!(errors(&coroutine(TokenStream::new(), item)).len(), 1);
}
