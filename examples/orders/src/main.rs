//! The program: one body, and the mains that run it. The library has everything but the command
//! line.

mod args;

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;
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
use orders::restate;
use orders::shop::{Shop, ShopOptions};
use orders::store::{GoesOn, OrderStore, BOOKS};
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
    match command {
        Command::Run(args) => run_orders(&db, &args)?,
        Command::Start(args) => start(&db, args)?,
        Command::Approve(args) => approve(&db, args)?,
        Command::Cancel(args) => cancel(&db, args)?,
        Command::List { json } => list(&db, json)?,
        Command::Watch => watch(&OrderStore::open(&db)?, io::stderr().is_terminal(), &mut io::stdout())?,
        Command::Audit => return audit(&db),
        Command::Torture(args) => return run_torture(&db, &args),
        Command::Plain(args) => run_plain(args)?,
        Command::Serve(args) => {
            let shop = shop(Books::open(&db.with_extension(BOOKS))?, &args.shop, restate::pause);
            let listens = |address| {
                if !args.shop.quiet {
                    drop(say(format!("the orders are served at http://{address}")));
                }
            };
            restate::serve(shop, args.address, args.server.client(), listens)?;
        }
        Command::Result { id, server } => {
            let Some(client) = server.client() else {
                gen::bail!("`--restate` is missing; `orders list` shows the results in a file")
            };
            say(format!("order {id}: {}", restate::state(&client, &id)?))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn say(line: impl std::fmt::Display) -> gen::Result {
    Ok(writeln!(io::stdout(), "{line}")?)
}

/// Runs the orders in this process, or in several others.
fn run_orders(db: &Path, args: &args::Run) -> gen::Result {
    if args.leashed {
        thread::spawn(end_with_parent);
    }
    let store = OrderStore::open_or_make(db, &SqliteOptions::new().survive_power_cut(!args.fast))?;
    let new = store.new_orders(args.orders, args.approval_seconds)?;
    if let Some(workers) = args.workers {
        new.iter().try_for_each(|order| store.start(order))?;
        drop(store);
        return run_crew(usize::try_from(workers)?);
    }
    let books = store.books()?;
    let until = if args.until_done { Until::Done } else { Until::Killed };
    let shop = shop(books, &args.shop, ShopOptions::default().pause);
    gen::run_sync(work(store, shop, new, until))
}

/// Ends this process when its standard input ends, as it does with the process that has started it.
fn end_with_parent() {
    let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
    std::process::exit(0);
}

/// Runs the same command in several processes.
fn run_crew(workers: usize) -> gen::Result {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    for option in ["--workers", "--orders"] {
        remove_option(&mut arguments, option);
    }
    let mut crew = Crew::start(std::env::current_exe()?, arguments, workers)?;
    let numbers: Vec<String> = crew.processes().iter().map(u32::to_string).collect();
    say(format!("the workers are the processes {}", numbers.join(", ")))?;
    while !crew.processes().is_empty() {
        for replaced in crew.revive()? {
            say(format!(
                "worker {} has died ({}), and {} goes on",
                replaced.process, replaced.status, replaced.by
            ))?;
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

fn shop(books: Books, args: &args::Shop, pause: fn(Duration) -> orders::shop::Pause) -> Shop {
    let (quiet, process) = (args.quiet, std::process::id());
    let report = move |line: String| {
        if !quiet {
            // If the reader has gone away, the orders go on.
            let _ = writeln!(io::stdout(), "{process}  {line}");
        }
    };
    let books = if args.without_keys { books.without_keys() } else { books };
    let latency = Duration::from_millis(args.latency_ms);
    Shop::new(books, ShopOptions { latency, trouble: args.trouble, report: Box::new(report), pause })
}

fn start(db: &Path, args: args::Start) -> gen::Result {
    let order = Order::new(&args.id, args.items).approved_within(args.approval_seconds);
    match args.server.client() {
        Some(client) => restate::start(&client, &order)?,
        None => OrderStore::open_or_make(db, &SqliteOptions::new())?.start(&order)?,
    }
    say(format!("order {} is there", args.id))
}

fn approve(db: &Path, args: args::Approve) -> gen::Result {
    if let Some(client) = args.server.client() {
        for id in args.ids {
            restate::approve(&client, &id, &args.by)?;
            say(format!("order {id} is approved by {}", args.by))?;
        }
        return Ok(());
    }
    let store = OrderStore::open(db)?;
    let ids = if args.all { store.waiting_for_approval()? } else { args.ids };
    if ids.is_empty() {
        say("no order waits for an approval")?;
    }
    for id in ids {
        let goes_on = store.approve(&id, &args.by)?;
        say(format!("order {id} is approved by {}{}", args.by, later(goes_on)))?;
    }
    Ok(())
}

fn cancel(db: &Path, args: args::Cancel) -> gen::Result {
    if let Some(client) = args.server.client() {
        gen::ensure!(args.reason.is_none(), "a server of Restate keeps no reason: leave `--reason` out");
        for id in args.ids {
            restate::cancel(&client, &id)?;
            say(format!("order {id} is to be cancelled"))?;
        }
        return Ok(());
    }
    let store = OrderStore::open(db)?;
    let reason = args.reason.unwrap_or_else(|| "the customer".into());
    for id in args.ids {
        let goes_on = store.cancel(&id, &reason)?;
        say(format!("order {id} is to be cancelled{}", later(goes_on)))?;
    }
    Ok(())
}

fn later(goes_on: GoesOn) -> &'static str {
    match goes_on {
        GoesOn::Now => "",
        GoesOn::Later => "; no process runs it, so it goes on with the next `orders run`",
    }
}

fn list(db: &Path, json: bool) -> gen::Result {
    let store = OrderStore::open(db)?;
    // The orders are replayed, and ask nothing of this shop.
    let shop = Shop::new(Books::in_memory()?, ShopOptions::default());
    let list = List::of(&store, &shop)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    if json {
        serde_json::to_writer_pretty(&mut out, &list)?;
        writeln!(out)?;
    } else {
        write!(out, "{list}")?;
    }
    Ok(out.flush()?)
}

fn audit(db: &Path) -> gen::Result<ExitCode> {
    let wrong = OrderStore::open(db)?.audit()?;
    wrong.iter().try_for_each(say)?;
    if !wrong.is_empty() {
        return Ok(ExitCode::FAILURE);
    }
    say("the books are right")?;
    Ok(ExitCode::SUCCESS)
}

fn run_torture(db: &Path, args: &args::Torture) -> gen::Result<ExitCode> {
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    say(format!("seed {seed}: {} orders, {} kills, {} workers", args.orders, args.kills, args.workers))?;
    let plan = Plan {
        orders: args.orders,
        kills: args.kills,
        workers: usize::try_from(args.workers)?,
        seed,
        without_keys: args.without_keys,
        ..Plan::default()
    };
    let report = torture(std::env::current_exe()?, db, &plan, |line| drop(say(line)))?;
    write!(io::stdout(), "{report}")?;
    Ok(if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn run_plain(args: args::Plain) -> gen::Result {
    let report = |line| drop(say(line));
    let options = ShopOptions {
        latency: Duration::from_millis(200),
        report: Box::new(report),
        ..ShopOptions::default()
    };
    let shop = Shop::new(Books::in_memory()?, options);
    let order = Order::new("1", args.items);
    if args.without_journal {
        return say(gen::run_sync(plain::without_journal(shop, order))?);
    }
    let (promise, answer) = gen::promise();
    thread::spawn(move || promise.set_result(ask()));
    say(gen::run_sync(plain::with_memory(shop, order, answer))?)
}

/// Asks the person at the terminal.
fn ask() -> gen::Result<Answer> {
    say("approve the order 1? Type your name, or nothing to cancel it.")?;
    let mut name = String::new();
    io::stdin().lock().read_line(&mut name)?;
    Ok(match name.trim() {
        "" => Answer::Cancelled,
        name => Answer::Approved(name.to_owned()),
    })
}
