//! The signature that is shown for a call while its arguments are typed.

use crate::{editor, with_client};

/// Calls in a body, with the cursor among their arguments; the function, and the argument that the
/// cursor is in.
fn shows(calls: &[(&str, &str, u32)]) {
    let Some(mut editor) = editor() else { return };
    for (call, function, argument) in calls {
        let source = format!(
            "async fn pair(left: u8, right: u8) -> u8 {{ left + right }}\nfn same<T>(it: T) -> T {{ it }}\n\
             #[gen::coroutine]\nfn f(client: &Client) -> gen::Result<u8> {{\n    {call}\n    Ok(1)\n}}\n"
        );
        let (label, active) = editor.signature(&with_client(&source)).expect("a call is around the cursor");
        assert!(label.contains(function), "`{call}` shows\n{label}");
        assert_eq!(active, Some(*argument), "`{call}` shows\n{label}");
    }
}

#[test]
fn a_call_that_is_yielded() {
    shows(&[
        ("yield_!(client.get($0))?;", "fn get(&self, path: &str)", 0),
        ("yield_!(client.get(\"$0\"))?;", "fn get(&self, path: &str)", 0),
        ("yield_!(pair($0))?;", "fn pair(", 0),
        ("yield_!(pair(1, $0))?;", "fn pair(", 1),
        ("gen::yield_!(pair($0))?;", "fn pair(", 0),
        ("yield_!(f($0))?;", "fn f(client: &Client) -> impl Coroutine<Output = Result<u8, Error>>", 0),
        ("yield_!((pair($0), pair(1, 2)))?;", "fn pair(", 0),
        ("yield_!((pair(1, 2), pair(1, $0)))?;", "fn pair(", 1),
        ("let x = yield_!(pair($0", "fn pair(", 0),
        ("let x = yield_!(pair(1, $0)", "fn pair(", 1),
    ]);
}

/// The expansion of a yield creates new parentheses. The server must not take one of them for those
/// of the call.
#[test]
fn a_call_that_is_yielded_within_another() {
    shows(&[
        ("drop(yield_!(pair($0))?);", "fn pair(", 0),
        ("drop(same(yield_!(pair($0))?));", "fn pair(", 0),
        ("return Ok(yield_!(pair($0))?);", "fn pair(", 0),
        ("println!(\"{}\", yield_!(pair($0))?);", "fn pair(", 0),
        ("drop(vec![yield_!(pair($0))?]);", "fn pair(", 0),
        ("yield_!(pair(yield_!(pair(1, $0))?, 2))?;", "fn pair(", 1),
        ("yield_!(async { yield_!(pair($0)) })?;", "fn pair(", 0),
        ("match yield_!(pair($0)) { _ => drop(yield_!(pair(1, 2))?) }", "fn pair(", 0),
    ]);
}

#[test]
fn a_call_with_a_yield_among_its_arguments() {
    shows(&[
        ("drop(pair($0, yield_!(pair(1, 2))?));", "fn pair(", 0),
        ("drop(pair(yield_!(pair(1, 2))?, $0));", "fn pair(", 1),
        ("drop(same($0));", "fn same<T>(it: T)", 0),
    ]);
}
