//! The life of an attempt: how it begins, how it ends, and what is left of it.

use std::future::{pending, ready};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::Arc;
use std::time::Duration;

use gen::yield_;
use gen_durable::{signal, sleep, step};
use gen_restate::Endpoint;
use http::{Method, Request};

use crate::messages::{
    self, input, start, value, void, COMPLETE_PROMISE, END, ERROR, OUTPUT, PEEK_PROMISE, PROMISE, PROPOSE,
    RUN, SLEEP, SUSPENSION,
};
use crate::stage::{connect, soon, Alive, Sent, Stage};

#[gen::coroutine]
fn order(id: u32) -> gen::Result<String> {
    yield_!(step("charge", move || async move { Ok(format!("order {id} is paid")) }))
}

#[gen::coroutine]
fn waits(alive: Alive) -> gen::Result {
    yield_!(sleep(Duration::from_secs(86_400)))?;
    drop(alive);
    Ok(())
}

#[gen::coroutine]
fn works(alive: Alive) -> gen::Result {
    yield_!(step("work", move || async move {
        pending::<()>().await;
        drop(alive);
        Ok(())
    }))
}

fn endpoint() -> (Endpoint, Alive) {
    let alive = Alive::default();
    let (waiting, working) = (alive.clone(), alive.clone());
    let endpoint = Endpoint::new()
        .workflow("Order", order)
        .workflow("Waits", move |()| waits(waiting.clone()))
        .workflow("Works", move |()| works(working.clone()));
    (endpoint, alive)
}

/// The number of values that live while nothing runs.
const AT_REST: usize = 2;

async fn at_rest(alive: &Alive) {
    soon(async {
        while alive.others() > AT_REST {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_run_comes_to_its_end() {
    let mut stage = Stage::new(endpoint().0).await;
    let mut attempt = stage.invoke("/invoke/Order/run").await;
    attempt.begin("7", &[]);
    assert_eq!(attempt.until(PROPOSE).await, [RUN, PROPOSE]);
    // The coroutine goes on only when the server has stored the outcome.
    attempt.send(&[value(RUN, 1, r#""order 7 is paid""#)]);
    let output = attempt.next().await.unwrap();
    assert_eq!(output.kind, OUTPUT);
    assert!(output.text().contains(r#""order 7 is paid""#));
    assert_eq!(attempt.next().await.unwrap().kind, END);
    // The response ends first. A server may close the request only then.
    assert_eq!(attempt.next().await, None);
    attempt.ended().await;
}

#[tokio::test]
async fn a_run_that_is_suspended_leaves_nothing_in_the_process() {
    let (endpoint, alive) = endpoint();
    let mut stage = Stage::new(endpoint).await;
    let mut attempt = stage.invoke("/invoke/Waits/run").await;
    attempt.begin("null", &[]);
    assert_eq!(attempt.next().await.unwrap().kind, SLEEP);
    assert_eq!(alive.others(), AT_REST + 1);
    attempt.close();
    assert_eq!(attempt.next().await.unwrap().kind, SUSPENSION);
    at_rest(&alive).await;
    attempt.ended().await;
}

#[gen::coroutine]
fn holds(alive: Alive, released: Arc<AtomicBool>) -> gen::Result {
    let used = gen::bracket(ready(Ok::<_, gen::Error>(alive)), async |_: &mut Alive| {
        sleep(Duration::from_secs(86_400)).await
    });
    yield_!(used.release(move |_, _| async move {
        released.store(true, Relaxed);
        Ok::<_, gen::Error>(())
    }))
}

/// The next attempt still uses the resource. Only with the feature `tokio` could the release become
/// a task.
#[tokio::test]
async fn a_run_that_is_suspended_starts_no_release() {
    let (alive, released) = (Alive::default(), Arc::new(AtomicBool::new(false)));
    let (held, noted) = (alive.clone(), Arc::clone(&released));
    let endpoint = Endpoint::new().workflow("Holds", move |()| holds(held.clone(), Arc::clone(&noted)));
    let mut stage = Stage::new(endpoint).await;
    let mut attempt = stage.invoke("/invoke/Holds/run").await;
    attempt.begin("null", &[]);
    assert_eq!(attempt.next().await.unwrap().kind, SLEEP);
    attempt.close();
    assert_eq!(attempt.next().await.unwrap().kind, SUSPENSION);
    attempt.ended().await;
    // Only that of the endpoint.
    assert_eq!(alive.others(), 1);
    assert!(!released.load(Relaxed));
}

#[tokio::test]
async fn a_server_that_has_died_leaves_no_coroutine_behind() {
    let (endpoint, alive) = endpoint();
    let mut stage = Stage::new(endpoint).await;
    for path in ["/invoke/Waits/run", "/invoke/Works/run"] {
        let mut attempt = stage.invoke(path).await;
        attempt.begin("null", &[]);
        attempt.next().await.unwrap();
        assert_eq!(alive.others(), AT_REST + 1);
        drop(attempt);
        at_rest(&alive).await;
    }
    // Also if the request was closed, and a step still runs.
    let mut attempt = stage.invoke("/invoke/Works/run").await;
    attempt.begin("null", &[]).close();
    attempt.next().await.unwrap();
    assert_eq!(alive.others(), AT_REST + 1);
    drop(attempt);
    at_rest(&alive).await;
}

#[tokio::test]
async fn a_step_that_runs_when_the_request_is_closed_comes_to_its_end_before_the_run_is_suspended() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(step("work", || async {
            tokio::task::yield_now().await;
            Ok(1)
        }))?;
        yield_!(sleep(Duration::from_secs(86_400)))
    }
    let mut stage = Stage::new(Endpoint::new().workflow("Body", |()| body())).await;
    let mut attempt = stage.invoke("/invoke/Body/run").await;
    attempt.begin("null", &[]).close();
    assert_eq!(attempt.until(SUSPENSION).await, [RUN, PROPOSE, SUSPENSION]);
    attempt.ended().await;
}

#[tokio::test]
async fn a_panic_is_told_and_harms_no_other_run() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        panic!("the body is broken");
    }
    #[gen::coroutine]
    fn step_panics() -> gen::Result {
        yield_!(step("work", || async { panic!("the step is broken") }))
    }
    struct Dropped;
    impl Drop for Dropped {
        fn drop(&mut self) {
            panic!("the drop is broken");
        }
    }
    #[gen::coroutine]
    fn drop_panics() -> gen::Result {
        let _dropped = Dropped;
        yield_!(sleep(Duration::from_secs(86_400)))
    }
    let endpoint = Endpoint::new()
        .workflow("Body", |()| body())
        .workflow("Step", |()| step_panics())
        .workflow("Drop", |()| drop_panics())
        .workflow("Begin", |()| {
            assert!(Alive::default().others() > 0, "the closure is broken");
            body()
        })
        .workflow("Order", order);
    let mut stage = Stage::new(endpoint).await;
    for (path, text) in [
        ("/invoke/Body/run", "the body is broken"),
        ("/invoke/Step/run", "the step is broken"),
        ("/invoke/Begin/run", "the closure is broken"),
    ] {
        let mut attempt = stage.invoke(path).await;
        attempt.begin("null", &[]);
        let mut message = attempt.next().await.unwrap();
        while message.kind == RUN {
            message = attempt.next().await.unwrap();
        }
        assert_eq!(message.kind, ERROR, "{path}");
        assert!(message.text().contains(text), "{}", message.text());
        attempt.ended().await;
    }
    let mut attempt = stage.invoke("/invoke/Drop/run").await;
    attempt.begin("null", &[]).close();
    assert_eq!(attempt.until(SUSPENSION).await, [SLEEP, SUSPENSION]);
    attempt.ended().await;

    let mut attempt = stage.invoke("/invoke/Order/run").await;
    attempt.begin("7", &[messages::run("charge", 1), value(RUN, 1, r#""paid""#)]);
    assert_eq!(attempt.until(END).await, [OUTPUT, END]);
}

#[tokio::test]
async fn arguments_of_another_type_end_a_new_run_and_stop_an_old_one() {
    let mut stage = Stage::new(endpoint().0).await;
    let mut attempt = stage.invoke("/invoke/Order/run").await;
    attempt.begin(r#""seven""#, &[]);
    let output = attempt.next().await.unwrap();
    assert_eq!(output.kind, OUTPUT);
    assert!(output.text().contains("the arguments have another type"), "{}", output.text());
    assert_eq!(attempt.next().await.unwrap().kind, END);

    let mut attempt = stage.invoke("/invoke/Order/run").await;
    attempt.begin(r#""seven""#, &[messages::run("charge", 1)]);
    let error = attempt.next().await.unwrap();
    assert_eq!(error.kind, ERROR);
    assert!(error.text().contains("but now it reads arguments of another type"), "{}", error.text());
    attempt.ended().await;
}

#[tokio::test]
async fn a_request_without_arguments_is_one_of_a_workflow_that_has_none() {
    let mut stage = Stage::new(endpoint().0).await;
    let mut attempt = stage.invoke("/invoke/Waits/run").await;
    attempt.begin("", &[]);
    assert_eq!(attempt.next().await.unwrap().kind, SLEEP);
}

#[tokio::test]
async fn no_bytes_of_a_stranger_run_a_body_or_end_the_endpoint() {
    let (endpoint, alive) = endpoint();
    let mut stage = Stage::new(endpoint).await;
    let mut bodies = vec![
        Vec::new(),
        vec![0],
        vec![0xFF; 64],
        // A message that is too long, one of an unknown kind, and one that is cut.
        b"\0\0\0\0\xFF\xFF\xFF\xFF".to_vec(),
        b"\x0F\xF0\0\0\0\0\0\0".to_vec(),
        start(1)[..9].to_vec(),
        start(0),
        // The journal ends early, or begins with something else.
        start(2),
        [start(2), input("null")].concat(),
        [start(1), messages::run("work", 1)].concat(),
        [start(1), start(1)].concat(),
        [start(1), messages::message(messages::INPUT, &[vec![0xFF; 20]])].concat(),
    ];
    let whole = [start(3), input("null"), messages::run("work", 1), void(SLEEP, 9)].concat();
    bodies.extend((0..whole.len()).map(|len| whole[..len].to_vec()));
    for body in bodies {
        let mut attempt = stage.invoke("/invoke/Works/run").await;
        attempt.send_bytes(&body).close();
        let answer = attempt.next().await.unwrap_or_else(|| panic!("no answer to {body:x?}"));
        assert_eq!(answer.kind, ERROR, "{body:x?}: {}", answer.text());
        assert_eq!(alive.others(), AT_REST);
        attempt.ended().await;
    }
    // Bytes that make no sense later do not end the endpoint either.
    for message in [
        vec![0xFF; 64],
        start(1),
        messages::run("x", 9),
        value(RUN, 77, "1"),
        messages::message(7, &[vec![8, 9]]),
    ] {
        let mut attempt = stage.invoke("/invoke/Waits/run").await;
        attempt.begin("null", &[]).send(&[message]).close();
        while attempt.next().await.is_some() {}
        at_rest(&alive).await;
    }
    let mut attempt = stage.invoke("/invoke/Order/run").await;
    attempt.begin("7", &[]);
    attempt.until(PROPOSE).await;
}

#[tokio::test]
async fn a_shutdown_hands_a_run_that_waits_to_another_process_at_once() {
    let (endpoint, alive) = endpoint();
    let mut stage = Stage::new(endpoint).await;
    let mut attempt = stage.invoke("/invoke/Waits/run").await;
    attempt.begin("null", &[]);
    assert_eq!(attempt.next().await.unwrap().kind, SLEEP);
    stage.shut_down();
    let error = attempt.next().await.unwrap();
    assert_eq!(error.kind, ERROR);
    assert!(error.text().contains("the process shuts down"), "{}", error.text());
    at_rest(&alive).await;
    attempt.ended().await;
    stage.served().await;
}

#[tokio::test]
async fn a_shutdown_lets_a_step_come_to_its_end() {
    let (release, released) = gen::promise::<u32>();
    #[gen::coroutine]
    fn body(released: gen::SharedFuture<u32>) -> gen::Result<u32> {
        yield_!(step("work", move || released))
    }
    let mut stage = Stage::new(Endpoint::new().workflow("Body", move |()| body(released.clone()))).await;
    let mut attempt = stage.invoke("/invoke/Body/run").await;
    attempt.begin("null", &[]);
    assert_eq!(attempt.next().await.unwrap().kind, RUN);
    stage.shut_down();
    // The next request finds the connection closing, so the shutdown has begun.
    soon(async {
        while tokio::net::TcpStream::connect(stage.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    release.set(7).unwrap();
    assert_eq!(attempt.until(ERROR).await, [PROPOSE, ERROR]);
    attempt.ended().await;
    stage.served().await;
}

#[tokio::test]
async fn a_signal_takes_the_first_promise_that_no_other_sender_has_taken() {
    let mut stage = Stage::new(endpoint().0).await;
    let mut attempt = stage.invoke("/invoke/Order/signal").await;
    attempt.begin(r#"{"name": "paid", "value": {"by": "Ada"}}"#, &[]);
    let first = attempt.next().await.unwrap();
    assert_eq!(first.kind, COMPLETE_PROMISE);
    assert!(first.text().contains("paid") && first.text().contains(r#"{"by": "Ada"}"#), "{}", first.text());
    // There are five signals already. It looks at the promises 2, 4 and 8, and then between.
    attempt.send(&[messages::failure(COMPLETE_PROMISE, 1, 409, "completed already")]);
    for (completion, number, is_completed) in
        [(2, 2, true), (3, 4, true), (4, 8, false), (5, 6, false), (6, 5, true)]
    {
        let peek = attempt.next().await.unwrap();
        assert_eq!(peek.kind, PEEK_PROMISE);
        assert!(peek.text().contains(&format!("paid#{number}")), "{}", peek.text());
        attempt.send(&[match is_completed {
            true => value(PEEK_PROMISE, completion, "1"),
            false => void(PEEK_PROMISE, completion),
        }]);
    }
    // Another sender is faster.
    for (completion, number, is_free) in [(7, 6, false), (9, 7, true)] {
        let complete = attempt.next().await.unwrap();
        assert_eq!(complete.kind, COMPLETE_PROMISE);
        assert!(complete.text().contains(&format!("paid#{number}")), "{}", complete.text());
        if is_free {
            attempt.send(&[void(COMPLETE_PROMISE, completion)]);
        } else {
            attempt.send(&[messages::failure(COMPLETE_PROMISE, completion, 409, "completed already")]);
            assert_eq!(attempt.next().await.unwrap().kind, PEEK_PROMISE);
            attempt.send(&[void(PEEK_PROMISE, completion + 1)]);
        }
    }
    assert_eq!(attempt.until(END).await, [OUTPUT, END]);
    attempt.ended().await;

    for text in ["", "7", "{}", r#"{"name": 7, "value": 1}"#] {
        let mut attempt = stage.invoke("/invoke/Order/signal").await;
        attempt.begin(text, &[]);
        let output = attempt.next().await.unwrap();
        assert_eq!(output.kind, OUTPUT);
        assert!(output.text().contains("a signal has a `name` and a `value`"), "{}", output.text());
        assert_eq!(attempt.next().await.unwrap().kind, END);
    }
}

#[tokio::test]
async fn three_hundred_runs_share_a_connection() {
    #[gen::coroutine]
    fn approval(id: u32) -> gen::Result<String> {
        let name: String = yield_!(signal("approved by"))?;
        Ok(format!("{id}: {name}"))
    }
    let mut stage = Stage::new(Endpoint::new().workflow("Approval", approval)).await;
    let mut attempts = Vec::new();
    for id in 0..300 {
        let mut attempt = stage.invoke("/invoke/Approval/run").await;
        attempt.begin(&id.to_string(), &[]);
        assert_eq!(attempt.next().await.unwrap().kind, PROMISE);
        attempts.push(attempt);
    }
    for (id, attempt) in attempts.iter_mut().enumerate() {
        attempt.send(&[value(PROMISE, 1, r#""Ada""#)]);
        let output = attempt.next().await.unwrap();
        assert!(output.text().contains(&format!(r#""{id}: Ada""#)));
    }
}

#[tokio::test]
async fn a_server_that_closes_its_connection_early_is_no_end_of_the_endpoint() {
    let (endpoint, alive) = endpoint();
    let stage = Stage::new(endpoint).await;
    let mut client = connect(stage.address).await;
    let request = Request::builder().method(Method::POST).uri(stage.url("/invoke/Works/run"));
    let request = request.header("content-type", "application/vnd.restate.invocation.v6");
    let answer = soon(client.send_request(request.body(Sent::empty()).unwrap())).await.unwrap();
    drop((answer, client));
    at_rest(&alive).await;
    stage.served().await;
}
