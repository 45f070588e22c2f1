//! The program: one body, and the mains that run it. The library has everything but the command
//! line.

mod args;

use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Parser;
use gen_durable::SqliteOptions;
use orders::books::Books;
use orders::crew::Crew;
use orders::list::List;
use orders::order::Order;
use orders::plain::{self, Answer};
use orders::shop::{Shop, ShopOptions};
use orders::store::{GoesOn, OrderStore};
use orders::torture::{torture, Plan};
use orders::watch::watch;
use orders::worker::{work, Until};

use args::{Cli, Command};

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) if is_closed(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("orders: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the reader of the output has gone away, as in `orders list | head`.
fn is_closed(error: &gen::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn run(Cli { command, db }: Cli) -> gen::Result<ExitCode> {
    let mut out = io::stdout().lock();
    match command {
        Command::Run(args) => {
            drop(out);
            run_orders(&db, &args)?;
        }
        Command::Start(args) => {
            let store = OrderStore::open_or_make(&db, &SqliteOptions::new())?;
            store.start(&Order::new(&args.id, args.items).approved_within(args.approval_seconds))?;
            writeln!(out, "order {} is there, and a process of `orders run` takes it", args.id)?;
        }
        Command::Approve(args) => {
            let store = OrderStore::open(&db)?;
            let ids = if args.all { store.waiting_for_approval()? } else { args.ids };
            if ids.is_empty() {
                writeln!(out, "no order waits for an approval")?;
            }
            for id in ids {
                let goes_on = store.approve(&id, &args.by)?;
                writeln!(out, "order {id} is approved by {}{}", args.by, later(goes_on))?;
            }
        }
        Command::Cancel(args) => {
            let store = OrderStore::open(&db)?;
            for id in args.ids {
                let goes_on = store.cancel(&id, &args.reason)?;
                writeln!(out, "order {id} is to be cancelled{}", later(goes_on))?;
            }
        }
        Command::List { json } => {
            let store = OrderStore::open(&db)?;
            let list = List::of(&store, &Shop::new(Books::in_memory()?, ShopOptions::default()))?;
            if json {
                serde_json::to_writer_pretty(&mut out, &list)?;
                writeln!(out)?;
            } else {
                write!(out, "{list}")?;
            }
        }
        Command::Watch => watch(&OrderStore::open(&db)?, io::stderr().is_terminal(), &mut out)?,
        Command::Audit => {
            let wrong = OrderStore::open(&db)?.audit()?;
            for complaint in &wrong {
                writeln!(out, "{complaint}")?;
            }
            if !wrong.is_empty() {
                return Ok(ExitCode::FAILURE);
            }
            writeln!(out, "the books are right")?;
        }
        Command::Torture(args) => {
            let seed = args.seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
            writeln!(out, "seed {seed}, {} orders, {} kills, {} workers", args.orders, args.kills, args.workers)?;
            let plan = Plan {
                orders: args.orders,
                kills: args.kills,
                workers: usize::try_from(args.workers)?,
                seed,
                pause: Duration::from_millis(80),
                without_keys: args.without_keys,
            };
            let report = torture(std::env::current_exe()?, &db, &plan, |line| println!("{line}"))?;
            write!(out, "{report}")?;
            if !report.is_good() {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Plain(args) => {
            drop(out);
            println!("{}", run_plain(args)?);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn later(goes_on: GoesOn) -> &'static str {
    match goes_on {
        GoesOn::Now => "",
        GoesOn::Later => "; no process runs it, so it goes on with the next `orders run`",
    }
}

fn run_orders(db: &std::path::Path, args: &args::Run) -> gen::Result {
    let store = OrderStore::open_or_make(db, &SqliteOptions::new().survive_power_cut(!args.fast))?;
    let new = store.new_orders(args.orders, args.approval_seconds)?;
    if let Some(workers) = args.workers {
        for order in &new {
            store.start(order)?;
        }
        drop(store);
        return run_crew(usize::try_from(workers)?);
    }
    let books = store.books()?;
    let books = if args.shop.without_keys { books.without_keys() } else { books };
    let until = if args.until_done { Until::Done } else { Until::Killed };
    gen::run_sync(work(store, shop(books, &args.shop), new, until))
}

/// Runs the same command in several processes.
fn run_crew(workers: usize) -> gen::Result {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    for option in ["--workers", "--orders"] {
        remove_option(&mut arguments, option);
    }
    let mut crew = Crew::start(std::env::current_exe()?, arguments, workers)?;
    println!("workers {:?}", crew.processes());
    while !crew.processes().is_empty() {
        for replaced in crew.revive()? {
            println!("worker {} has died, and {} goes on ({})", replaced.process, replaced.by, replaced.status);
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

fn remove_option(arguments: &mut Vec<String>, option: &str) {
    if let Some(at) = arguments.iter().position(|argument| argument == option) {
        arguments.drain(at..(at + 2).min(arguments.len()));
    }
    let with_value = format!("{option}=");
    arguments.retain(|argument| !argument.starts_with(&with_value));
}

fn shop(books: Books, args: &args::Shop) -> Shop {
    let (quiet, process) = (args.quiet, std::process::id());
    let report = move |line: String| {
        if !quiet {
            // If the reader has gone away, the orders go on.
            let _ = writeln!(io::stdout(), "{process}  {line}");
        }
    };
    let latency = Duration::from_millis(args.latency_ms);
    Shop::new(books, ShopOptions { latency, trouble: args.trouble, report: Box::new(report) })
}

fn run_plain(args: args::Plain) -> gen::Result<String> {
    let report = |line| println!("{line}");
    let latency = Duration::from_millis(200);
    let options = ShopOptions { latency, trouble: 0.0, report: Box::new(report) };
    let shop = Shop::new(Books::in_memory()?, options);
    let order = Order::new("1", args.items);
    if args.without_journal {
        return gen::run_sync(plain::without_journal(shop, order));
    }
    let (promise, answer) = gen::promise();
    thread::spawn(move || promise.set_result(ask()));
    gen::run_sync(plain::with_memory(shop, order, answer))
}

/// Asks the person at the terminal.
fn ask() -> gen::Result<Answer> {
    println!("approve the order 1? Type your name, or nothing to cancel it.");
    let mut name = String::new();
    io::stdin().lock().read_line(&mut name)?;
    Ok(match name.trim() {
        "" => Answer::Cancelled,
        name => Answer::Approved(name.to_owned()),
    })
}
