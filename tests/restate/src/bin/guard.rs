//! Runs the command of its arguments, and kills it when its standard input closes: when the test
//! says so, or when the process of the test has ended, in whatever way.

use std::io::Read;
use std::process::{Command, Stdio};

fn main() -> std::io::Result<()> {
    let mut command = std::env::args_os().skip(1);
    let program = command.next().expect("a program");
    let mut child = Command::new(program).args(command).stdin(Stdio::null()).spawn()?;
    // The end of the input, or an error: in both cases the test has no further use for it.
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    // SIGKILL.
    child.kill()?;
    child.wait().map(drop)
}
