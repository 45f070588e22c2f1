//! A program of thirty tasks that hang, to look at the forms of its dump:
//!
//! ```text
//! cargo run -p loop-behaviour --example hung html > hung.html
//! ```
//!
//! The argument is `text`, `html`, `dot` or `json`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use gen::{yield_, JoinHandle, SharedFuture};

const HOUR: Duration = Duration::from_secs(3600);

/// Hangs: the promise of the configuration was forgotten.
#[gen::coroutine]
fn load_page(config: SharedFuture<String>, url: &'static str) -> gen::Result<usize> {
    let config = yield_!(config)?;
    Ok(config.len() + url.len())
}

#[gen::coroutine]
fn crawl(config: SharedFuture<String>) -> gen::Result<usize> {
    let pages = ["index", "about", "shop"].map(|url| load_page(config.clone(), url));
    let sizes = yield_!(gen::with_timeout(HOUR, pages))?;
    Ok(sizes.iter().sum())
}

/// Hangs in a circle of three.
#[gen::coroutine]
fn transfer(position: usize, handles: Rc<RefCell<Vec<Option<JoinHandle<()>>>>>) -> gen::Result {
    yield_!(gen::moment())?;
    let next = {
        let mut handles = handles.borrow_mut();
        let next = (position + 1) % handles.len();
        handles[next].take()
    };
    yield_!(next).map(drop)
}

#[gen::coroutine]
fn query(table: &'static str) -> gen::Result<u64> {
    let rows = yield_!(gen::with_timeout(Duration::from_millis(2500), gen::sleep(HOUR)));
    rows.map(|()| table.len() as u64)
}

#[gen::coroutine]
fn report() -> gen::Result<u64> {
    let tables = BTreeMap::from([("orders", query("orders")), ("<script>alert(1)</script>", query("users"))]);
    let rows = yield_!(tables)?;
    Ok(rows.values().sum())
}

#[gen::coroutine]
fn work_in_scope(answer: SharedFuture<u64>) -> gen::Result<u64> {
    yield_!(gen::scope(|scope| async move {
        let first = scope.spawn(query("stock"));
        scope.spawn(async { yield_!(answer) });
        yield_!(first)
    }))
}

#[gen::coroutine]
fn wait_for_keys() -> gen::Result {
    let _paid = yield_!(gen::Callback::<u64>::new("paid"))?;
    let _shipped = yield_!(gen::Callback::<u64>::new("shipped"))?;
    yield_!(gen::WaitAll::<u64>::new(["paid", "shipped"])).map(drop)
}

#[gen::coroutine]
fn press_button() -> gen::Result<u8> {
    let mut kept = None;
    yield_!(gen::from_callback(|pressed: gen::Resolve<u8>| kept = Some(pressed)))
}

#[gen::coroutine]
fn handle_request(number: u64, database: SharedFuture<u64>) -> gen::Result<u64> {
    Ok(number + yield_!(look_up(database))?)
}

#[gen::coroutine]
fn look_up(database: SharedFuture<u64>) -> gen::Result<u64> {
    yield_!(database)
}

#[gen::coroutine]
fn lost() -> gen::Result {
    yield_!(pending::<()>())
}

#[gen::coroutine]
fn first_answer(receiver: futures::channel::oneshot::Receiver<u8>) -> gen::Result {
    yield_!(gen::first_of((receiver, gen::sleep(HOUR)))).map(drop)
}

#[gen::coroutine(boxed)]
fn descend(depth: u32) -> gen::Result {
    match depth {
        0 => yield_!(gen::sleep(HOUR)),
        _ => yield_!(descend(depth - 1)),
    }
}

#[gen::coroutine]
fn program() -> gen::Result<gen::Dump> {
    let (_config, config) = gen::promise();
    let (_database, database) = gen::promise();
    let (_sender, receiver) = futures::channel::oneshot::channel();
    let handles = Rc::new(RefCell::new(Vec::new()));
    for position in 0..3 {
        let task = gen::spawn_local(transfer(position, handles.clone()));
        handles.borrow_mut().push(Some(task));
    }
    let crawler = gen::spawn(crawl(config));
    let mut all: Vec<JoinHandle<()>> = vec![
        gen::spawn(async { yield_!(crawler).map(drop) }),
        gen::spawn(async { yield_!(report()).map(drop) }),
        gen::spawn(work_in_scope_of(database.clone())),
        gen::spawn(wait_for_keys()),
        gen::spawn(async { yield_!(press_button()).map(drop) }),
        gen::spawn(lost()),
        gen::spawn(first_answer(receiver)),
        gen::spawn(descend(40)),
    ];
    let requests: Vec<_> =
        (0..17).map(|number| gen::spawn(handle_request(number, database.clone()))).collect();
    all.push(gen::spawn(async { yield_!(gen::limit(4, requests)).map(drop) }));
    yield_!(gen::moment())?;
    yield_!(gen::moment())?;
    let body = gen::IoLoop::current().expect("it runs on a loop").remote();
    let dump = std::thread::spawn(move || gen::block_on(body.dump()));
    let ended = yield_!(gen::with_timeout(Duration::from_millis(200), all));
    assert!(ended.is_err());
    dump.join().expect("it does not panic")
}

#[gen::coroutine]
fn work_in_scope_of(answer: SharedFuture<u64>) -> gen::Result {
    yield_!(work_in_scope(answer)).map(drop)
}

fn main() {
    let form = std::env::args().nth(1).unwrap_or_default();
    let dump = gen::run_sync(program()).expect("the dump is made");
    match form.as_str() {
        "html" => println!("{}", dump.to_html()),
        "dot" => println!("{}", dump.to_dot()),
        "json" => println!("{}", serde_json::to_string_pretty(&dump).expect("it has no map")),
        _ => println!("{dump}"),
    }
}
