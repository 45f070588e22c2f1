//! T5: `?`, `return` and the last expression behave as in any function with that return type.

use std::error::Error as StdError;
use std::fmt::{Debug, Display};
use std::future::Ready;

use gen::yield_;
use macro_behaviour::{drive, later};

async fn fails<T>() -> Result<T, std::num::ParseIntError> {
    Err("x".parse::<u8>().unwrap_err())
}

#[gen::coroutine]
fn boxed_error(fail: bool) -> Result<u8, Box<dyn StdError + Send + Sync>> {
    if fail {
        yield_!(fails::<u8>())?;
    }
    let n: u8 = "7".parse()?;
    if n == 8 {
        return Err("eight".into());
    }
    Ok(n)
}

#[test]
fn t05_the_question_mark_converts_to_a_boxed_error() {
    assert_eq!(drive(boxed_error(false)).unwrap(), 7);
    assert_eq!(drive(boxed_error(true)).unwrap_err().to_string(), "invalid digit found in string");
}

#[derive(Debug)]
enum Own {
    Gen(gen::Error),
    Text(&'static str),
}

impl From<gen::Error> for Own {
    fn from(error: gen::Error) -> Self {
        Own::Gen(error)
    }
}

#[gen::coroutine]
fn own_error(n: u8) -> Result<u8, Own> {
    match n {
        0 => yield_!(fails())?,
        1 => return Err(Own::Text("one")),
        _ => {}
    }
    Ok(yield_!(later(Ok::<u8, std::fmt::Error>(n)))?)
}

#[test]
fn t05_the_question_mark_converts_to_an_error_of_the_user() {
    assert!(matches!(drive(own_error(0)), Err(Own::Gen(error)) if error.is::<std::num::ParseIntError>()));
    assert!(matches!(drive(own_error(1)), Err(Own::Text("one"))));
    assert_eq!(drive(own_error(2)).unwrap(), 2);
}

#[gen::coroutine]
fn option(list: &[u8]) -> Option<u8> {
    let first = list.first()?;
    yield_!(later(first)).ok().map(|n| n + 1)
}

#[gen::coroutine]
fn returns_unit(early: bool) {
    if early {
        return;
    }
    let _ = yield_!(later(()));
}

#[gen::coroutine]
fn explicit_unit(early: bool) -> () {
    if early {
        return;
    }
    let _ = yield_!(later(()));
}

#[gen::coroutine]
fn twice() -> gen::Result<Result<u8, std::fmt::Error>> {
    let n = yield_!(gen::raw(later(Ok::<u8, std::fmt::Error>(1))))??;
    Ok(Ok(n))
}

#[test]
fn t05_options_units_and_results_of_results() {
    assert_eq!(drive(option(&[1])), Some(2));
    assert_eq!(drive(option(&[])), None);
    drive(returns_unit(true));
    drive(explicit_unit(false));
    assert_eq!(drive(twice()).unwrap(), Ok(1));
}

#[gen::coroutine]
fn never() -> ! {
    let _ = yield_!(later(()));
    panic!("the only way out")
}

#[gen::coroutine]
fn loops(n: u32) -> u32 {
    let mut i = 0;
    loop {
        i += yield_!(later(1)).unwrap();
        if i == n {
            return i;
        }
    }
}

#[test]
#[should_panic(expected = "the only way out")]
fn t05_a_coroutine_may_never_return() {
    drive(never());
}

#[test]
fn t05_a_loop_may_be_the_whole_body() {
    assert_eq!(drive(loops(3)), 3);
}

#[gen::coroutine]
fn opaque(n: u32) -> impl Display + use<> {
    yield_!(later(n)).unwrap()
}

#[gen::coroutine]
fn opaque_within(fail: bool) -> gen::Result<impl Iterator<Item = u32> + Debug> {
    if fail {
        yield_!(fails::<()>())?;
    }
    let n = yield_!(later(3))?;
    Ok(0..n)
}

#[test]
fn t05_the_output_may_be_opaque() {
    assert_eq!(drive(opaque(3)).to_string(), "3");
    assert_eq!(drive(opaque_within(false)).unwrap().sum::<u32>(), 3);
    assert!(drive(opaque_within(true)).is_err());
}

/// Without the statement that fixes the type, the first `return` would decide the type, and the
/// others would not coerce.
#[gen::coroutine]
fn coerces(n: u8) -> Box<dyn Display> {
    if n == 0 {
        return Box::new("zero");
    }
    if n == 1 {
        return Box::new('1');
    }
    let _ = yield_!(later(()));
    Box::new(n)
}

#[gen::coroutine]
fn coerces_slices(early: bool) -> gen::Result<&'static [u8]> {
    if early {
        return Ok(&[1, 2]);
    }
    Ok(b"abc")
}

#[gen::coroutine]
fn function_pointers(n: u8) -> fn(u8) -> u8 {
    if n == 0 {
        return |n| n;
    }
    |n| n + 1
}

#[test]
fn t05_what_is_returned_is_coerced_to_the_return_type() {
    assert_eq!(drive(coerces(0)).to_string(), "zero");
    assert_eq!(drive(coerces(1)).to_string(), "1");
    assert_eq!(drive(coerces(2)).to_string(), "2");
    assert_eq!(drive(coerces_slices(true)).unwrap(), [1, 2]);
    assert_eq!(drive(coerces_slices(false)).unwrap(), b"abc");
    assert_eq!(drive(function_pointers(1))(1), 2);
}

#[gen::coroutine]
fn inferred_from_the_return_type() -> Result<Vec<u64>, gen::Error> {
    let parsed = "1 2".split(' ').map(|text| Ok(text.parse().unwrap())).collect();
    yield_!(later(()))?;
    if false {
        return Ok(Vec::new());
    }
    parsed
}

#[gen::coroutine]
fn empty_list() -> gen::Result<usize> {
    Ok(yield_!(Vec::<Ready<u8>>::new())?.len())
}

#[test]
fn t05_the_return_type_guides_inference() {
    assert_eq!(drive(inferred_from_the_return_type()).unwrap(), [1, 2]);
    assert_eq!(drive(empty_list()).unwrap(), 0);
}

#[gen::coroutine]
fn anyhow_error(fail: bool) -> anyhow::Result<u8> {
    use anyhow::Context as _;

    let n: u8 = "7".parse().context("a number")?;
    if fail {
        anyhow::bail!("asked to fail");
    }
    let _ = yield_!(later(()));
    Ok(n)
}

#[test]
fn t05_anyhow_may_be_the_error() {
    assert_eq!(drive(anyhow_error(false)).unwrap(), 7);
    assert_eq!(drive(anyhow_error(true)).unwrap_err().to_string(), "asked to fail");
}
