//! Runs the command of its arguments, and kills it when its standard input closes.

fn main() -> std::io::Result<()> {
    restate::guard::run(std::env::args_os().skip(1))
}
