//! `#[gen::main]`: a plain function that runs its body as a coroutine.

use gen::yield_;
use macro_behaviour::later;

mod unit {
    use super::{later, yield_};

    #[gen::main]
    pub(super) fn main() {
        let _ = yield_!(later(1));
    }
}

mod fallible {
    use super::{later, yield_};

    /// Documented.
    #[gen::main(crate = ::gen)]
    pub(super) fn main() -> gen::Result {
        let n = yield_!(later("x"))?;
        yield_!(async { n.parse::<u8>() })?;
        Ok(())
    }
}

mod code {
    use super::{later, yield_};
    use std::process::ExitCode;

    #[gen::main]
    pub(super) fn main() -> ExitCode {
        if yield_!(later(true)).is_ok() {
            return ExitCode::from(3);
        }
        ExitCode::SUCCESS
    }
}

#[test]
fn main_returns_what_the_body_returns() {
    let () = unit::main();
    assert_eq!(fallible::main().unwrap_err().to_string(), "invalid digit found in string");
    assert_eq!(code::main(), std::process::ExitCode::from(3));
}
