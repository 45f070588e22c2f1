//! T12: lints about what the user wrote still fire. Here an `expect` that is not fulfilled is an
//! error.
#![allow(dead_code, reason = "these are never called")]

use std::future::ready;

use r#gen::yield_;

#[r#gen::coroutine]
fn in_bodies(#[expect(unused_variables)] argument: u32, #[expect(unused_mut)] mut unmutated: u32) -> u32 {
    #[expect(unused_variables)]
    let local = 1;
    #[expect(unused_mut)]
    let mut same = 2;
    #[expect(let_underscore_drop)]
    let _ = Box::new(1);
    #[expect(clippy::redundant_clone)]
    let text = String::from("a").clone();
    u32::try_from(text.len()).unwrap_or(same + unmutated)
}

#[r#gen::coroutine]
#[expect(unused_must_use)]
fn ignored_result() {
    yield_!(ready(1));
}

#[r#gen::coroutine]
#[expect(unused_results)]
fn ignored_value() {
    yield_!(ready(1)).unwrap_or(0);
}

#[r#gen::coroutine]
#[expect(unused_variables)]
fn on_the_function(argument: u32) {
    #![expect(clippy::needless_late_init)]
    let unit;
    unit = 1;
    drop(Box::new(unit));
}

#[expect(unused_variables)]
#[r#gen::coroutine]
fn above_the_attribute((left, _): (u32, u32)) {}

#[r#gen::coroutine]
fn unreachable() -> u32 {
    return 1;
    #[expect(unreachable_code)]
    {
        2
    }
}

#[r#gen::coroutine]
#[expect(clippy::let_and_return)]
fn let_and_return() -> u32 {
    let n = 1;
    n
}

#[r#gen::coroutine]
#[expect(clippy::needless_return)]
fn returned_at_the_end(n: u32) -> u32 {
    let more = yield_!(ready(n)).unwrap_or(0);
    return more + 1;
}

#[r#gen::coroutine(boxed)]
#[expect(clippy::needless_return)]
fn returned_in_each_arm(n: u32) -> r#gen::Result<u32> {
    match n {
        0 => return yield_!(ready(1)),
        _ => Ok(yield_!(returned_in_each_arm(n - 1))?),
    }
}

#[r#gen::coroutine]
#[expect(clippy::needless_question_mark)]
fn opened_and_wrapped_again(n: u32) -> r#gen::Result<u32> {
    if n == 0 {
        return Ok(yield_!(ready(1))?);
    }
    Ok(n)
}

#[r#gen::coroutine]
#[expect(clippy::needless_return)]
fn nothing_returned_at_the_end(n: &mut u32) {
    *n = 1;
    return;
}

#[r#gen::engine]
#[expect(clippy::needless_return)]
fn returned_at_the_end_of_an_engine() {
    drop(yield_!(ready(1)));
    return;
}

#[r#gen::coroutine]
#[expect(clippy::useless_conversion)]
fn made_an_iterator(list: Vec<u32>) -> r#gen::Result<u32> {
    fn sum(list: impl IntoIterator<Item = u32>) -> u32 {
        list.into_iter().sum()
    }
    Ok(sum(list.into_iter()) + yield_!(ready(1))?)
}

#[r#gen::engine]
#[expect(clippy::useless_conversion)]
fn made_an_iterator_in_an_engine(list: Vec<u32>) {
    let mut all = yield_!(ready(list)).unwrap_or_default();
    all.extend(vec![1].into_iter());
    let _ = all.pop();
}

#[r#gen::coroutine]
#[expect(clippy::async_yields_async)]
fn own_block_ends_in_a_future() -> u32 {
    let block = async { ready(yield_!(ready(1)).unwrap_or(0)) };
    block.await.await
}

#[r#gen::coroutine]
fn unused_macro() {
    #[expect(unused_macros)]
    macro_rules! never_used {
        () => {
            yield_!(ready(1))
        };
    }
}

#[r#gen::coroutine]
fn unused_imports() {
    #[expect(unused_imports)]
    use std::collections::HashMap;
}

mod unused_import_of_yield {
    #[expect(unused_imports)]
    use r#gen::yield_;

    #[r#gen::coroutine]
    fn none() {}
}

fn dropped_coroutine() {
    #[expect(unused_must_use)]
    unused_imports();
    #[expect(let_underscore_drop, clippy::let_underscore_future)]
    let _ = unused_imports();
}

#[r#gen::coroutine]
#[expect(clippy::await_holding_lock)]
fn lock_over_a_yield(lock: &std::sync::Mutex<u32>) -> u32 {
    let guard = lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let n = yield_!(ready(*guard)).unwrap_or(0);
    drop(guard);
    n
}

#[expect(clippy::too_many_arguments)]
#[r#gen::coroutine]
fn too_many(_a: u8, _b: u8, _c: u8, _d: u8, _e: u8, _f: u8, _g: u8, _h: u8) {}

#[r#gen::coroutine]
#[expect(non_snake_case)]
fn notSnakeCase(#[expect(non_snake_case)] alsoNot: u8) -> u8 {
    alsoNot
}

mod dead {
    #![warn(dead_code)]

    #[expect(dead_code)]
    #[r#gen::coroutine]
    fn function() {}

    pub(super) struct Type;

    impl Type {
        #[r#gen::coroutine]
        #[expect(dead_code)]
        fn method(self) {}
    }
}
