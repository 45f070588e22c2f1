//! Functions that return `io::Result`: the error of a yield passes through them, and comes back
//! unchanged.

use std::error::Error as StdError;
use std::future::{pending, ready};
use std::io::{self, ErrorKind};
use std::num::ParseIntError;

use behaviour::{seconds, Task};
use gen::{yield_, Error, Site, TimeoutError};

fn refused() -> io::Error {
    io::Error::new(ErrorKind::ConnectionRefused, "connection refused")
}

fn passed(error: &Error) -> String {
    error.trace().iter().map(Site::function).collect::<Vec<_>>().join(" < ")
}

#[gen::coroutine]
fn connect() -> io::Result<u32> {
    Ok(yield_!(ready(Err::<u32, _>(refused())))?)
}

#[gen::coroutine]
fn login() -> io::Result<u32> {
    Ok(yield_!(connect())? + 1)
}

#[gen::coroutine]
fn session() -> gen::Result<u32> {
    yield_!(login())
}

#[test]
fn an_io_result_keeps_the_kind_of_a_yields_error() {
    assert_eq!(Task::new(login()).run().unwrap_err().kind(), ErrorKind::ConnectionRefused);
    assert_eq!(
        io::Error::from(Error::from(refused()).context("no login")).kind(),
        ErrorKind::ConnectionRefused
    );
    assert_eq!(io::Error::from(Error::new("no")).kind(), ErrorKind::Other);
}

#[test]
fn a_timeout_is_timed_out_in_an_io_result() {
    #[gen::coroutine]
    fn read() -> io::Result<()> {
        Ok(yield_!(gen::with_timeout(seconds(1), pending::<()>()))?)
    }
    let error = io::Error::from(behaviour::run_to_result(async { Ok(read().await?) }).unwrap_err());
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(Error::from(error).is::<TimeoutError>());
}

#[test]
fn io_results_keep_the_trace() {
    let error = Task::new(session()).run().unwrap_err();
    assert_eq!(passed(&error), "connect < login < session");
    assert_eq!(error.to_string(), "connection refused");
    assert_eq!(error.downcast_ref::<io::Error>().unwrap().kind(), ErrorKind::ConnectionRefused);
}

/// Each conversion into a `gen::Error` recognises the error inside an `io::Error`.
#[test]
fn io_errors_come_back_as_the_error_that_they_were() {
    fn traced() -> io::Error {
        Task::new(login()).run().unwrap_err()
    }
    fn question_mark() -> gen::Result {
        Err(traced())?;
        Ok(())
    }
    assert_eq!(passed(&question_mark().unwrap_err()), "connect < login");
    assert_eq!(passed(&Error::new(traced())), "connect < login");
    let boxed: Box<dyn StdError + Send + Sync> = Box::new(traced());
    assert_eq!(passed(&Error::new(boxed)), "connect < login");
    assert_eq!(passed(&Error::new(anyhow::Error::new(traced()))), "connect < login");
    assert_eq!(passed(&Error::from(io::Error::from(Error::from(traced())))), "connect < login");
}

#[test]
fn io_errors_keep_what_else_failed() {
    #[gen::coroutine]
    fn both() -> io::Result<Vec<u8>> {
        Ok(yield_!(vec![ready("x".parse::<u8>()), ready("y".parse::<u8>())])?)
    }
    let error = Error::from(behaviour::logged(|| Task::new(both()).run()).0.unwrap_err());
    assert!(error.is::<ParseIntError>());
    assert_eq!(error.others().len(), 1);
}

/// Only methods of the standard library are used, as by callers who do not know gen.
#[test]
fn what_was_raised_is_found_in_an_io_error() {
    let error = io::Error::from(Error::from("x".parse::<u8>().unwrap_err()).context("no number"));
    assert_eq!(error.to_string(), "no number");
    let mut next: Option<&(dyn StdError + 'static)> = Some(error.get_ref().unwrap());
    while let Some(error) = next.filter(|error| !error.is::<ParseIntError>()) {
        next = error.source();
    }
    assert!(next.is_some());
}

#[test]
fn io_errors_of_others_are_what_they_were() {
    let plain = Error::from(io::Error::from(ErrorKind::NotFound));
    assert_eq!(plain.downcast_ref::<io::Error>().unwrap().kind(), ErrorKind::NotFound);
    let custom = Error::from(io::Error::other("x".parse::<u8>().unwrap_err()));
    assert!(custom.downcast_ref::<io::Error>().unwrap().get_ref().unwrap().is::<ParseIntError>());
    let boxed: Box<dyn StdError + Send + Sync> = Box::new(refused());
    assert_eq!(Error::new(boxed).downcast_ref::<io::Error>().unwrap().kind(), ErrorKind::ConnectionRefused);
    let os = Error::from(io::Error::from_raw_os_error(2));
    let carried = io::Error::from(os);
    assert_eq!(Error::from(carried).downcast_ref::<io::Error>().unwrap().raw_os_error(), Some(2));
}

/// Otherwise, with the kind `Interrupted`, the loops of the standard library would try again for
/// ever.
#[test]
fn a_cancellation_does_not_ask_to_try_again() {
    #[gen::coroutine]
    fn accept() -> io::Result<()> {
        Ok(yield_!(pending::<()>())?)
    }
    #[gen::coroutine]
    fn body() -> gen::Result<ErrorKind> {
        let task = gen::spawn(async { Ok::<_, Error>(accept().await.unwrap_err().kind()) });
        yield_!(task.cancel("enough"))?;
        yield_!(task)
    }
    assert_eq!(behaviour::run(body()), ErrorKind::Other);
}
