//! Loops on threads of their own, and a runtime of tokio, that talk to each other.

use std::future::pending;
use std::net::SocketAddr;
use std::thread::{self, JoinHandle, ThreadId};
use std::time::Duration;

use gen::{yield_, IoLoop, Remote, SharedFuture};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Handle, Runtime};

const MS: Duration = Duration::from_millis(1);

/// A loop on a thread of its own, until it is dropped.
struct LoopThread {
    remote: Remote,
    thread: Option<JoinHandle<()>>,
}

impl LoopThread {
    fn start() -> Self {
        let (sender, receiver) = std::sync::mpsc::channel();
        let thread = thread::spawn(move || {
            let io_loop = IoLoop::new();
            sender.send(io_loop.remote()).unwrap();
            io_loop.start();
        });
        LoopThread { remote: receiver.recv().unwrap(), thread: Some(thread) }
    }

    fn id(&self) -> ThreadId {
        self.thread.as_ref().unwrap().thread().id()
    }
}

impl Drop for LoopThread {
    fn drop(&mut self) {
        self.remote.stop();
        self.thread.take().unwrap().join().unwrap();
    }
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

#[gen::coroutine]
fn here() -> gen::Result<ThreadId> {
    yield_!(gen::moment())?;
    Ok(thread::current().id())
}

/// On one loop: asks the other one.
#[gen::coroutine]
fn relays(other: Remote) -> gen::Result<[ThreadId; 2]> {
    let there = yield_!(other.spawn(here()))?;
    Ok([thread::current().id(), there])
}

#[gen::coroutine]
fn waits(answer: SharedFuture<u32>) -> gen::Result<u32> {
    Ok(yield_!(answer)? + 1)
}

#[gen::coroutine]
fn cleans_up() -> gen::Result<ThreadId> {
    assert!(yield_!(pending::<()>()).unwrap_err().is_cancelled());
    yield_!(here())
}

#[gen::coroutine]
fn asks_tokio(runtime: Handle) -> gen::Result<u32> {
    yield_!(runtime.spawn(async { 6 * 7 }))
}

#[test]
fn a_task_of_tokio_asks_a_loop_which_asks_another_loop() {
    let (a, b) = (LoopThread::start(), LoopThread::start());
    let task = a.remote.spawn(relays(b.remote.clone()));
    let ids = runtime().block_on(async { gen::spawn(task).await }).unwrap();
    assert_eq!(ids, [a.id(), b.id()]);
}

#[test]
fn a_promise_of_one_thread_is_kept_on_another() {
    let (a, b) = (LoopThread::start(), LoopThread::start());
    runtime().block_on(async {
        let (promise, answer) = gen::promise();
        let waiting = [a.remote.spawn(waits(answer.clone())), b.remote.spawn(waits(answer))];
        // Both wait by now.
        assert_eq!([waiting[0].trace().await.len(), waiting[1].trace().await.len()], [1, 1]);
        promise.set(41).unwrap();
        for task in waiting {
            assert_eq!(task.await.unwrap(), 42);
        }
    });
}

#[test]
fn a_cancellation_of_one_thread_arrives_on_another() {
    let (a, b) = (LoopThread::start(), LoopThread::start());
    let ids = runtime().block_on(async {
        let on_a = a.remote.spawn(cleans_up());
        on_a.cancel("from tokio").await;
        let on_b = b.remote.spawn(cleans_up());
        let cancels = a.remote.spawn(async move {
            on_b.cancel("from the other loop").await;
            on_b.await
        });
        [on_a.await.unwrap(), cancels.await.unwrap()]
    });
    assert_eq!(ids, [a.id(), b.id()]);
}

#[test]
fn a_loop_cancels_a_task_of_tokio() {
    let a = LoopThread::start();
    let id = runtime().block_on(async {
        let on_tokio = gen::spawn(cleans_up());
        a.remote
            .spawn(async move {
                on_tokio.cancel("from the loop").await;
                on_tokio.await
            })
            .await
    });
    assert_ne!(id.unwrap(), a.id());
}

#[test]
fn a_coroutine_of_a_loop_waits_for_a_task_of_tokio() {
    let (a, runtime) = (LoopThread::start(), runtime());
    let task = a.remote.spawn(asks_tokio(runtime.handle().clone()));
    assert_eq!(runtime.block_on(task).unwrap(), 42);
}

/// A loop on a thread of its own, in a program on tokio: the sockets and timers of tokio work.
#[test]
fn a_loop_within_tokio_uses_the_types_of_tokio() {
    #[gen::coroutine]
    fn echoes(listener: std::net::TcpListener) -> gen::Result<Vec<u8>> {
        // Made on the loop, so the loop has entered the runtime.
        let listener = TcpListener::from_std(listener)?;
        let (mut socket, _) = yield_!(listener.accept())?;
        yield_!(tokio::time::sleep(MS))?;
        let mut received = vec![0; 4];
        yield_!(socket.read_exact(&mut received))?;
        yield_!(socket.write_all(&received))?;
        Ok(received)
    }
    #[gen::coroutine]
    fn calls(address: SocketAddr) -> gen::Result<Vec<u8>> {
        let mut socket = yield_!(TcpStream::connect(address))?;
        yield_!(socket.write_all(b"ping"))?;
        let mut received = Vec::new();
        yield_!(socket.read_to_end(&mut received))?;
        Ok(received)
    }
    let runtime = runtime();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let io_loop = IoLoop::new().within_tokio(runtime.handle().clone());
    // The first step runs before the loop does.
    let server = io_loop.spawn_local(echoes(listener));
    let (received, sent_back) =
        io_loop.run_sync(async { gen::multi((server, calls(address))).join().await }).unwrap();
    assert_eq!([received, sent_back], [b"ping", b"ping"]);
}

#[test]
fn a_loop_within_tokio_keeps_its_own_time_and_tasks() {
    #[gen::coroutine]
    fn body() -> gen::Result<[ThreadId; 3]> {
        // An hour on the virtual clock.
        yield_!(gen::sleep(MS * 3_600_000))?;
        let of_gen = yield_!(gen::spawn(here()))?;
        let of_tokio = yield_!(tokio::spawn(async { thread::current().id() }))?;
        Ok([of_gen, of_tokio, yield_!(gen::blocking(|| thread::current().id()))?])
    }
    let runtime = runtime();
    let io_loop = IoLoop::with_clock(gen::VirtualClock::new()).within_tokio(runtime.handle().clone());
    let [of_gen, of_tokio, of_pool] = io_loop.run_sync(body()).unwrap();
    assert_eq!(of_gen, thread::current().id());
    assert_ne!(of_tokio, thread::current().id());
    assert_ne!(of_pool, thread::current().id());
}
