//! The machine on which the figures were measured.

use std::fs;
use std::process::Command;

/// One sentence about the processor, the system and the compiler.
pub fn describe() -> String {
    format!(
        "The machine was an {} with {} processors.\nIt ran {} and {}.",
        processor().unwrap_or_else(|| "unknown processor".to_owned()),
        std::thread::available_parallelism().map_or(1, usize::from),
        first_line("uname", &["-sr"]).unwrap_or_else(|| "unknown system".to_owned()),
        first_line("rustc", &["--version"]).unwrap_or_else(|| "an unknown compiler".to_owned()),
    )
}

fn processor() -> Option<String> {
    let info = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = info.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.lines().next()?.trim().to_owned())
}
