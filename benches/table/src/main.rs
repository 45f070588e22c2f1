//! Measures gen beside its peers, and writes `benches/RESULTS.md`, `benches/plots/`, and the table
//! of `benches/README.md`.
//!
//! `cargo run --release --manifest-path benches/table/Cargo.toml` runs everything, which takes some
//! twenty minutes. `-- --help` lists the options.
//!
//! The command starts itself once for each item, and once for each count of instructions, and reads
//! the figures that the process prints, one line of JSON for each.

mod counts;
mod fixtures;
mod harness;
mod items;
mod limits;
mod report;
mod rows;

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{ensure, Context, Result};
use clap::{Parser, Subcommand};
use serde::{Deserialize, Serialize};

use crate::harness::{Measured, Mode, Runner};
use crate::items::{ITEMS, MEMORY_PROGRAMS};

#[global_allocator]
static ALLOCATOR: harness::allocations::Counting = harness::allocations::Counting;

#[derive(Parser)]
#[command(about = "Measures gen beside its peers", version)]
struct Arguments {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    process: Option<Process>,
}

#[derive(clap::Args)]
struct Options {
    /// How often each program runs
    #[arg(long, default_value_t = 13)]
    repetitions: usize,
    /// Measures only the cases whose name contains this text, and prints them
    #[arg(long, default_value = "")]
    filter: String,
    /// Measures only this item
    #[arg(long)]
    item: Option<String>,
    /// Does not count instructions, which needs valgrind
    #[arg(long)]
    no_counts: bool,
    /// Takes the times of the last whole run, and only counts instructions
    #[arg(long)]
    only_counts: bool,
    /// Prints the instructions of each function instead: of all entries of this size, in the cases
    /// that the other options name
    #[arg(long, value_name = "SIZE")]
    parts: Option<u64>,
}

impl Options {
    fn has_item(&self, name: &str) -> bool {
        self.item.as_deref().is_none_or(|only| only == name)
    }
}

/// The requests of the command to the processes that it starts.
#[derive(Subcommand)]
enum Process {
    /// Measures one item
    #[command(hide = true)]
    Item { name: String },
    /// Runs one program of the item on memory
    #[command(hide = true)]
    Memory { program: String },
    /// Runs one program once
    #[command(hide = true)]
    Once { item: String, case: String, size: u64, entry: String },
}

fn main() -> Result<()> {
    let Arguments { options, process } = Arguments::parse();
    match process {
        None => measure_all(&options),
        Some(Process::Item { name }) => {
            let mode = Mode::Measure { repetitions: options.repetitions, filter: options.filter };
            run_item(&name, mode)
        }
        Some(Process::Memory { program }) => {
            let measured = items::measure_memory(&program).context("no such program")?;
            println!("{}", serde_json::to_string(&measured)?);
            Ok(())
        }
        Some(Process::Once { item, case, size, entry }) => run_item(&item, Mode::Once { case, size, entry }),
    }
}

fn run_item(name: &str, mode: Mode) -> Result<()> {
    let item = ITEMS.iter().find(|item| item.name == name).context("no such item")?;
    (item.run)(&mut Runner::new(item.name, mode));
    Ok(())
}

fn measure_all(options: &Options) -> Result<()> {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/figures.json");
    let writes = options.filter.is_empty() && options.item.is_none() && options.parts.is_none();
    let mut measured = match options.only_counts {
        true => read(&kept, options, writes)?,
        false => measure(options)?,
    };
    if let Some(size) = options.parts {
        measured.retain(|one| one.size == size);
        return counts::print_parts(&measured);
    }
    if !options.no_counts {
        counts::add(&mut measured)?;
    }
    if writes {
        let folder = benches();
        report::write(&folder, &measured)?;
        eprintln!("wrote RESULTS.md, README.md and plots in {}", folder.display());
        write(&kept, &measured)
    } else {
        measured.iter().for_each(print);
        Ok(())
    }
}

fn measure(options: &Options) -> Result<Vec<Measured>> {
    let mut measured = Vec::new();
    for item in ITEMS.iter().filter(|item| options.has_item(item.name)) {
        let repetitions = options.repetitions.to_string();
        let arguments = ["--repetitions", &repetitions, "--filter", &options.filter, "item", item.name];
        measured.extend(figures_of(&arguments)?);
    }
    if options.has_item("memory") {
        for program in MEMORY_PROGRAMS.iter().filter(|program| program.case.contains(&options.filter)) {
            measured.extend(figures_of(&["memory", program.name])?);
        }
    }
    Ok(measured)
}

/// The figures of the last whole run, for `--only-counts`.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The program that was measured.
    program: u64,
    measured: Vec<Measured>,
}

fn write(file: &Path, measured: &[Measured]) -> Result<()> {
    let kept = Kept { program: program()?, measured: measured.to_vec() };
    fs::create_dir_all(file.parent().expect("it is in `target`"))?;
    fs::write(file, serde_json::to_string_pretty(&kept)?)
        .with_context(|| format!("cannot write {}", file.display()))
}

/// Reads the figures that the options name. In the pages the times and the counts of a row must be
/// those of one program.
fn read(file: &Path, options: &Options, for_the_pages: bool) -> Result<Vec<Measured>> {
    let text = fs::read_to_string(file).with_context(|| format!("no earlier run: {}", file.display()))?;
    let Kept { program: timed, mut measured } = serde_json::from_str(&text)?;
    ensure!(!for_the_pages || timed == program()?, "the times are of another program: measure them again");
    measured.retain(|one| options.has_item(&one.item) && one.case.contains(&options.filter));
    Ok(measured)
}

/// Tells this program from one that was built of other sources.
fn program() -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    fs::read(std::env::current_exe()?)?.hash(&mut hasher);
    Ok(hasher.finish())
}

fn print(one: &Measured) {
    let Measured { case, size, name, least, median, allocations, instructions, notes, .. } = one;
    let counted = instructions.map_or_else(String::new, |count| format!("{count:>9.0}"));
    let notes: String = notes.iter().map(|(note, value)| format!("; {note}: {value:.2}")).collect();
    println!(
        "{case:<48} {size:>7}  {name:<48} {least:>9.2} {median:>9.2} {allocations:>7.2} {counted}{notes}"
    );
}

/// The folder that `RESULTS.md` is in.
fn benches() -> PathBuf {
    let table = Path::new(env!("CARGO_MANIFEST_DIR"));
    table.parent().expect("the folder is in `benches`").to_owned()
}

/// The figures that a process of this command prints.
fn figures_of(arguments: &[&str]) -> Result<Vec<Measured>> {
    let command = std::env::current_exe()?;
    let output = Command::new(command).args(arguments).stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "{arguments:?} has failed: {}", output.status);
    let text = String::from_utf8(output.stdout)?;
    text.lines().map(|line| serde_json::from_str(line).with_context(|| format!("figures: {line}"))).collect()
}
