//! `gen::bail!` and `gen::ensure!`: the errors that they return, and the functions that may use
//! them.

use std::cell::Cell;
use std::fmt;
use std::future::ready;

use behaviour::{Fault, Task};
use gen::{bail, ensure, yield_, Error};

/// The error type of a library.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("there is no page {0}")]
    NoPage(u32),
    #[error(transparent)]
    Yield(#[from] Error),
}

fn text<T>(result: gen::Result<T>) -> String {
    result.map(drop).unwrap_err().to_string()
}

#[test]
fn a_text_may_have_captures_arguments_and_braces() {
    fn fails(form: u32, number: u32) -> gen::Result {
        match form {
            0 => bail!("plain"),
            1 => bail!("captured {number}"),
            2 => bail!("argument {}", number + 1),
            3 => bail!("named {width:>0$}", number as usize, width = number,),
            4 => bail!("braces {{}}"),
            5 => bail!(format!("string {number}")),
            6 => bail!(String::from("borrowed").as_str()),
            _ => bail!(concat!("made ", "of {}"), number,),
        }
    }
    let texts: Vec<_> = (0..8).map(|form| text(fails(form, 4))).collect();
    let expected =
        ["plain", "captured 4", "argument 5", "named    4", "braces {}", "string 4", "borrowed", "made of 4"];
    assert_eq!(texts, expected);
}

/// Otherwise the caller could not find out what has failed.
#[test]
fn an_error_value_keeps_its_type() {
    fn fails() -> gen::Result {
        bail!(Fault("down".to_owned()))
    }
    fn fails_with_ours() -> gen::Result {
        bail!(Error::new(Fault("down".to_owned())).context("cannot connect"));
    }
    assert!(fails().unwrap_err().is::<Fault>());
    let error = fails_with_ours().unwrap_err();
    assert_eq!((error.is::<Fault>(), format!("{error:#}")), (true, "cannot connect: down".to_owned()));
}

/// Otherwise the caller of a library would have to look for the library's error within an error of
/// ours.
#[test]
fn a_function_with_an_error_type_of_its_own_returns_its_own_errors_unchanged() {
    #[gen::coroutine]
    fn fetch(page: u32) -> Result<u32, FetchError> {
        ensure!(page > 0, FetchError::NoPage(page));
        ensure!(yield_!(ready(page))? < 10, "page {page} is too far away");
        Ok(page)
    }
    assert!(matches!(gen::block_on(fetch(0)), Err(FetchError::NoPage(0))));
    assert_eq!(gen::block_on(fetch(1)).unwrap(), 1);
    let error = gen::block_on(fetch(10)).unwrap_err();
    assert!(matches!(&error, FetchError::Yield(_)));
    assert_eq!(error.to_string(), "page 10 is too far away");
}

/// Otherwise the macros would be of no use in the functions of a program that has one of these
/// error types.
#[test]
fn each_error_type_that_a_yield_converts_into_will_do() {
    fn boxed() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        bail!("boxed")
    }
    fn of_anyhow() -> anyhow::Result<()> {
        bail!("anyhow")
    }
    fn of_io() -> std::io::Result<()> {
        bail!("io")
    }
    fn itself(error: anyhow::Error) -> anyhow::Result<()> {
        bail!(error)
    }
    assert_eq!(boxed().unwrap_err().to_string(), "boxed");
    assert_eq!(of_anyhow().unwrap_err().to_string(), "anyhow");
    assert_eq!(of_io().unwrap_err().to_string(), "io");
    assert!(itself(Fault("down".to_owned()).into()).unwrap_err().is::<Fault>());
}

/// Otherwise the trace would name a line that no yield has.
#[test]
fn the_trace_begins_with_the_yield_of_the_coroutine() {
    #[gen::coroutine]
    fn inner() -> gen::Result {
        bail!("down")
    }
    #[gen::coroutine]
    fn outer() -> gen::Result {
        yield_!(inner())
    }
    let error = Task::new(outer()).run().unwrap_err();
    let functions: Vec<_> = error.trace().iter().map(gen::Site::function).collect();
    assert_eq!(functions, ["outer"]);
}

/// Otherwise only the last expression of a function could be one.
#[test]
fn they_may_stand_wherever_an_expression_may() {
    #[gen::coroutine]
    fn body(number: Option<u32>) -> gen::Result<u32> {
        let number = number.map_or_else(|| Err("none"), Ok);
        let Ok(number) = number else { bail!("there is no number") };
        let half = if number % 2 == 0 { number / 2 } else { bail!("{number} is odd") };
        let _: () = ensure!(half != 3, "half");
        let block = async {
            ensure!(half != 4, "block");
            Ok::<_, Error>(half)
        };
        let closure = |half| {
            ensure!(half != 5, "closure");
            gen::Result::Ok(half)
        };
        closure(yield_!(block)?)
    }
    let run = |number| behaviour::run_to_result(body(number));
    assert_eq!(run(Some(2)).unwrap(), 1);
    let texts = [None, Some(1), Some(6), Some(8), Some(10)].map(|number| text(run(number)));
    assert_eq!(texts, ["there is no number", "1 is odd", "half", "block", "closure"]);
}

/// Otherwise `ensure!` would cost something in the good case, or evaluate its condition twice.
#[test]
fn the_condition_is_evaluated_once_and_the_text_only_if_it_does_not_hold() {
    struct Counts<'a>(&'a Cell<u32>);
    impl fmt::Display for Counts<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.set(self.0.get() + 1);
            f.write_str("counted")
        }
    }
    fn check(holds: bool, printed: &Cell<u32>, evaluated: &Cell<u32>) -> gen::Result {
        ensure!(evaluated.replace(evaluated.get() + 1) == 0 && holds, "{}", Counts(printed));
        Ok(())
    }
    let (printed, evaluated) = (Cell::new(0), Cell::new(0));
    check(true, &printed, &evaluated).unwrap();
    assert_eq!((printed.get(), evaluated.get()), (0, 1));
    evaluated.set(0);
    assert_eq!(text(check(false, &printed, &evaluated)), "counted");
    assert_eq!((printed.get(), evaluated.get()), (1, 1));
}

/// Otherwise a condition with braces would be taken for a format string.
#[test]
fn a_condition_is_named_as_it_was_written() {
    struct Limits {
        least: u32,
    }
    fn check(number: u32) -> gen::Result {
        ensure!(number >= Limits { least: 2 }.least);
        ensure!(!matches!(number, 5..));
        Ok(())
    }
    check(2).unwrap();
    assert_eq!(text(check(1)), "condition failed: `number >= Limits { least: 2 }.least`");
    assert_eq!(text(check(5)), "condition failed: `!matches!(number, 5..)`");
}
