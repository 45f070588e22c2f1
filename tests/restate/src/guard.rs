//! A process that guards another one, so that no server outlives its test.

use std::ffi::OsString;
use std::io::{self, Read};
use std::process::{Command, Stdio};

/// Runs a program with arguments, and kills it with SIGKILL when the standard input of this process
/// closes: when the test says so, or when the process of the test has ended, in whatever way.
///
/// # Errors
///
/// The program cannot be started or killed.
///
/// # Panics
///
/// If there is no program.
pub fn run(mut command: impl Iterator<Item = OsString>) -> io::Result<()> {
    let program = command.next().expect("the arguments begin with a program");
    let mut child = Command::new(program).args(command).stdin(Stdio::null()).spawn()?;
    // The end of the input, or an error: in both cases the test has no further use for it.
    let _ = io::stdin().read_to_end(&mut Vec::new());
    child.kill()?;
    child.wait().map(drop)
}
