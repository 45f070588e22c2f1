//! `#[gen::test]`: a test of the harness that runs its body as a coroutine, on a virtual clock.

use std::time::{Duration, Instant};

use gen::yield_;
use macro_behaviour::later;

#[gen::test]
fn a_body_yields() {
    assert_eq!(yield_!(later(1)).unwrap(), 1);
}

/// Documented.
#[gen::test(crate = ::gen)]
#[allow(clippy::unit_cmp)]
fn a_result_is_returned() -> gen::Result {
    let n = yield_!(later("1"))?;
    assert_eq!(yield_!(async { n.parse::<u8>() })?, 1);
    Ok(())
}

#[gen::test]
fn an_hour_takes_no_time() -> Result<(), gen::Error> {
    let before = Instant::now();
    yield_!(gen::sleep(Duration::from_secs(3600)))?;
    assert!(before.elapsed() < Duration::from_secs(1800));
    Ok(())
}

#[gen::test]
#[should_panic(expected = "of the body")]
fn a_panic_that_should_be() {
    yield_!(later(())).unwrap();
    panic!("of the body");
}

/// A test whose result was lost would pass. On another thread no loop runs.
#[gen::test]
fn an_error_is_the_result_of_the_function() {
    assert_eq!(std::thread::spawn(ignored::fails).join().unwrap(), Err("error"));
}

mod ignored {
    use super::{later, yield_};

    #[ignore = "it fails, and is called by another test"]
    #[gen::test]
    pub(super) fn fails() -> Result<(), &'static str> {
        yield_!(later(())).unwrap();
        Err("error")
    }
}

#[cfg(any())]
#[gen::test]
fn a_test_that_is_configured_away() -> Missing {}

#[gen::test]
#[cfg(any())]
fn another_one() -> Missing {}

/// The attribute of the harness may be anything in scope.
mod shadowed {
    use gen::test;

    #[test]
    fn an_imported_test_yields() -> gen::Result {
        gen::yield_!(gen::sleep(std::time::Duration::from_secs(3600)))
    }
}
