//! Requests a second, and allocations a request, of an axum service on loopback: handlers that are
//! coroutines, and the same handlers as `async fn`s.
//!
//! `cargo run --release --manifest-path benches/table/Cargo.toml --bin axum [-- REPETITIONS]`
//!
//! A handler asks for three numbers, each of which suspends once, and adds them up: one after the
//! other, or all at once. Clients keep their connections open, and send the next request when they
//! have the answer. The handlers are measured in turns.

use std::alloc::{GlobalAlloc, Layout, System};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::routing::get;
use axum::Router;
use gen::yield_;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::task::JoinSet;

const CLIENTS: u32 = 16;
const REQUESTS: u32 = 1_500;

/// Counts the allocations of the process.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: each call is passed on to the allocator of the system.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as in `alloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

async fn number(n: u32) -> gen::Result<u32> {
    tokio::task::yield_now().await;
    Ok(n)
}

async fn plain_in_turn() -> String {
    let mut sum = 0;
    for n in 1..=3 {
        sum += number(n).await.expect("it does not fail");
    }
    sum.to_string()
}

#[gen::coroutine]
fn coroutine_in_turn() -> String {
    let mut sum = 0;
    for n in 1..=3 {
        sum += yield_!(number(n)).expect("it does not fail");
    }
    sum.to_string()
}

async fn plain() -> String {
    let (a, b, c) = tokio::try_join!(number(1), number(2), number(3)).expect("they do not fail");
    (a + b + c).to_string()
}

#[gen::coroutine]
fn coroutine() -> String {
    let (a, b, c) = yield_!((number(1), number(2), number(3))).expect("they do not fail");
    (a + b + c).to_string()
}

#[gen::coroutine]
fn fallible() -> gen::Result<String> {
    let (a, b, c) = yield_!((number(1), number(2), number(3)))?;
    Ok((a + b + c).to_string())
}

/// The coroutine is a task of its own, which cleans up if the client goes away.
async fn cleans_up() -> String {
    gen::cancel_on_drop(fallible()).await.expect("it does not fail")
}

/// As `cleans_up`, with the means of tokio; without the clean-up.
async fn plain_task() -> String {
    tokio::spawn(plain()).await.expect("it does not panic")
}

async fn client(at: SocketAddr, path: &str) {
    let mut stream = TcpStream::connect(at).await.expect("the server listens");
    stream.set_nodelay(true).expect("it is a socket");
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let mut answer = [0; 1024];
    for _ in 0..REQUESTS {
        stream.write_all(request.as_bytes()).await.expect("the server reads");
        let length = stream.read(&mut answer).await.expect("the server answers");
        assert!(answer[..length].ends_with(b"\r\n\r\n6"), "a whole answer, in one read");
    }
}

struct Run {
    requests_a_second: f64,
    allocations_a_request: f64,
}

async fn run(at: SocketAddr, path: &'static str) -> Run {
    let (began, before) = (Instant::now(), ALLOCATIONS.load(Ordering::Relaxed));
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(client(at, path));
    }
    clients.join_all().await;
    let requests = f64::from(CLIENTS * REQUESTS);
    let allocations = ALLOCATIONS.load(Ordering::Relaxed) - before;
    Run {
        requests_a_second: requests / began.elapsed().as_secs_f64(),
        allocations_a_request: allocations as f64 / requests,
    }
}

fn main() {
    let repetitions = std::env::args().nth(1).map_or(9, |n| n.parse().expect("a number of repetitions"));
    let runtime = Builder::new_multi_thread().enable_all().build().expect("the runtime starts");
    runtime.block_on(async {
        let app = Router::new()
            .route("/plain/in_turn", get(plain_in_turn))
            .route("/coroutine/in_turn", get(coroutine_in_turn))
            .route("/plain", get(plain))
            .route("/coroutine", get(coroutine))
            .route("/task", get(plain_task))
            .route("/cleans_up", get(cleans_up));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let at = listener.local_addr().expect("it is bound");
        tokio::spawn(async move { axum::serve(listener, app).await });
        let paths = ["/plain/in_turn", "/coroutine/in_turn", "/plain", "/coroutine", "/task", "/cleans_up"];
        let mut runs = paths.map(|_| Vec::new());
        for _ in 0..repetitions {
            for (path, runs) in paths.iter().zip(&mut runs) {
                runs.push(run(at, path).await);
            }
        }
        println!("handler              requests a second: most, median    allocations a request");
        for (path, mut runs) in paths.iter().zip(runs) {
            runs.sort_by(|a, b| a.requests_a_second.total_cmp(&b.requests_a_second));
            let most = runs[runs.len() - 1].requests_a_second;
            let Run { requests_a_second: median, allocations_a_request } = runs[runs.len() / 2];
            println!("{path:<20} {most:>24.0} {median:>8.0} {allocations_a_request:>20.2}");
        }
    });
}
