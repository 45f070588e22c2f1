//! Compiles each file. What it should say is in the `.stderr` beside it: read it before you accept a new one, which
//! `TRYBUILD=overwrite cargo test -p ui-tests` writes. One mistake is one error, and it points at what was typed.

fn fail(folder: &str) {
    trybuild::TestCases::new().compile_fail(format!("fail/{folder}/*.rs"));
}

#[test]
fn what_a_callback_cannot_do_is_said_where_it_is_scheduled() {
    fail("contexts");
}

#[test]
fn t06_an_error_in_a_body_is_where_it_was_typed() {
    fail("spans");
}

#[test]
fn t06_what_cannot_be_yielded_is_told_so_in_our_words() {
    fail("types");
}

#[test]
fn what_cannot_be_converted_is_told_so_in_the_same_words() {
    fail("convert");
}

#[test]
fn what_an_engine_returns_is_not_ignored() {
    fail("engine");
}

#[test]
fn what_a_return_cannot_give_is_told_why() {
    fail("returns");
}

#[test]
fn t16_a_yield_that_nobody_can_suspend_says_what_to_write() {
    fail("yields");
}

#[test]
fn t23_what_cannot_be_a_coroutine_is_told_why() {
    fail("item");
    fail("main");
    fail("signature");
}

#[test]
fn t23_a_wrong_option_is_no_option() {
    fail("options");
}

#[test]
fn what_cannot_be_waited_for_is_told_why() {
    fail("waits");
}

#[test]
fn what_is_right_compiles() {
    trybuild::TestCases::new().pass("pass/*.rs");
}
