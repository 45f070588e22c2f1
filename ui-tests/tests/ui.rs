//! Compiles each case. The expected output of the compiler is in the `.stderr` beside it.
//! `TRYBUILD=overwrite cargo test -p ui-tests` writes a new one: read it before you accept it. The
//! families `editions` and `harness` are compiled in `toolchains.rs`.

fn fail(family: &str) {
    trybuild::TestCases::new().compile_fail(format!("fail/{family}/*.rs"));
}

#[test]
fn t13_an_argument_is_an_argument() {
    fail("arguments");
}

#[test]
fn what_can_only_be_yielded_says_so_where_it_is_awaited() {
    fail("awaited");
}

#[test]
fn t17_an_attribute_that_makes_something_else_of_a_coroutine_says_so() {
    fail("attributes");
}

#[test]
fn what_a_journal_cannot_keep_is_told_where_the_step_is_made() {
    fail("durable");
}

#[test]
fn what_an_engine_returns_is_not_ignored() {
    fail("engine");
}

#[test]
fn t14_what_is_borrowed_is_borrowed_in_a_coroutine_too() {
    fail("lifetimes");
}

#[test]
fn an_error_that_would_lie_unopened_does_not_compile() {
    fail("mixed");
}

#[test]
fn t23_a_wrong_option_is_no_option() {
    fail("options");
}

#[test]
fn t16_a_yield_that_nobody_can_suspend_says_what_to_write() {
    fail("placement");
}

#[test]
fn what_a_return_cannot_give_is_told_why() {
    fail("returns");
}

#[test]
fn t15_what_may_not_go_to_another_thread_is_shown_with_its_yield() {
    fail("send");
}

#[test]
fn t23_what_cannot_be_a_coroutine_is_told_why() {
    fail("signature");
}

#[test]
fn t06_a_mistake_in_a_body_is_where_it_was_typed() {
    fail("syntax");
}

#[test]
fn t06_what_cannot_be_yielded_is_told_so_in_our_words() {
    fail("types");
}

#[test]
fn what_cannot_be_waited_for_is_told_why() {
    fail("waits");
}
