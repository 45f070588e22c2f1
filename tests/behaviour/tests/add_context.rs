//! `gen::Context`: a message in front of the error of a `Result`, and an error for a `None`.

use std::cell::Cell;
use std::error::Error as StdError;
use std::future::ready;
use std::num::ParseIntError;

use behaviour::{logged, Task};
use gen::{yield_, Context as _, Error};

fn parse(text: &str) -> Result<u8, ParseIntError> {
    text.parse()
}

#[gen::coroutine]
fn number(text: &str) -> gen::Result<u8> {
    yield_!(ready(parse(text)))
}

#[gen::coroutine]
fn read(text: &str) -> gen::Result<u8> {
    yield_!(number(text)).context("reading the config")
}

/// Otherwise a program could print what it was doing, or handle what failed, but not both.
#[test]
fn the_cause_and_the_trace_stay() {
    let error = Task::new(read("x")).run().unwrap_err();
    assert_eq!(format!("{error:#}"), "reading the config: invalid digit found in string");
    assert!(error.is::<ParseIntError>());
    let functions: Vec<_> = error.trace().iter().map(gen::Site::function).collect();
    assert_eq!(functions, ["number", "read"]);
    assert_eq!(Task::new(read("7")).run().unwrap(), 7);
}

/// Otherwise the failures of the other children would be lost with the first context.
#[test]
fn the_others_and_the_earlier_contexts_stay() {
    #[gen::coroutine]
    fn both() -> gen::Result<[u8; 2]> {
        yield_!(["x", "y"].map(read)).with_context(|| format!("config {}", 3))
    }
    let (result, _) = logged(|| Task::new(both()).run());
    let error = result.unwrap_err();
    assert_eq!(format!("{error:#}"), "config 3: reading the config: invalid digit found in string");
    assert_eq!(error.others().len(), 1);
}

/// Otherwise a cancellation would look like a failure as soon as a context is added.
#[test]
fn a_cancellation_is_still_one() {
    #[gen::coroutine]
    fn waits() -> gen::Result {
        yield_!(std::future::pending::<()>()).context("waiting")
    }
    let error = gen::block_on(async {
        let task = gen::spawn_local(waits());
        gen::moment().await.unwrap();
        task.cancel("stop").await;
        task.await.unwrap_err()
    });
    assert!(error.is_cancelled());
    assert_eq!(format!("{error:#}"), "waiting: cancelled: stop");
}

/// Otherwise each error would have to be converted before it could get a message.
#[test]
fn every_error_that_can_be_thrown_has_the_methods() {
    let boxed: Box<dyn StdError + Send + Sync> = "boxed".into();
    let errors = [
        parse("x").context("a").unwrap_err(),
        Err::<u8, _>("text").context("a").unwrap_err(),
        Err::<u8, _>(String::from("string")).context("a").unwrap_err(),
        Err::<u8, _>(boxed).context("a").unwrap_err(),
        Err::<u8, _>(Error::new("ours")).context("a").unwrap_err(),
        Err::<u8, _>(anyhow::anyhow!("theirs")).context("a").unwrap_err(),
    ];
    let texts = errors.map(|error| format!("{error:#}")).join(", ");
    assert_eq!(texts, "a: invalid digit found in string, a: text, a: string, a: boxed, a: ours, a: theirs");
}

#[test]
fn a_none_becomes_an_error_with_the_message() {
    let none = None::<u8>;
    assert_eq!(none.context("no port").unwrap_err().to_string(), "no port");
    assert_eq!(none.with_context(|| format!("no port {}", 1)).unwrap_err().to_string(), "no port 1");
    assert_eq!(Some(7).context("no port").unwrap(), 7);
}

/// Otherwise a message that is expensive to make would cost something in the good case.
#[test]
fn a_message_is_made_only_for_an_error() {
    let made = Cell::new(0);
    let message = || made.replace(made.get() + 1);
    assert_eq!(parse("7").with_context(message).unwrap(), 7);
    assert_eq!(Some(7).with_context(message).unwrap(), 7);
    assert_eq!(made.get(), 0);
    assert!(parse("x").with_context(message).is_err());
    assert_eq!(made.get(), 1);
}

/// Otherwise a module that uses anyhow could not add a context to a yield.
#[test]
fn the_result_of_a_yield_has_one_method_also_where_that_of_anyhow_is_in_scope() {
    use anyhow::Context;
    #[gen::coroutine]
    fn with_both() -> Result<u8, anyhow::Error> {
        Ok(yield_!(number("x")).context("both")?)
    }
    let error = gen::block_on(with_both()).unwrap_err();
    assert_eq!(error.to_string(), "both");
    assert!(Error::new(error).is::<ParseIntError>());
    // Both have the method for this `Result`, so the trait is named.
    assert_eq!(Context::context(parse("x"), "theirs").unwrap_err().to_string(), "theirs");
}
