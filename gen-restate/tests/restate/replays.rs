//! The journal of a run: a coroutine goes on from the entries that the server has.

use std::time::Duration;

use gen::yield_;
use gen_durable::{
    call, get_state, now, permanent, random, set_state, signal, sleep, start, step, uuid, version,
    with_timeout, StepFailed,
};
use gen_restate::Endpoint;

use crate::messages::{
    attach, call as called, called_is, cancel, cancels, failure, promise, run, sleep as slept,
    stored_failure, value, void, Message, ATTACH, CALL, CLEAR_STATE, END, ERROR, GET_STATE, OUTPUT, PROMISE,
    PROPOSE, RUN, SEND, SEND_SIGNAL, SET_STATE, SLEEP, SUSPENSION,
};
use crate::stage::{Attempt, Stage};

#[gen::coroutine]
fn pick(item: u32) -> gen::Result<u32> {
    yield_!(step(format!("pick {item}"), move || async move { Ok(item * 10) }))
}

async fn begin(endpoint: Endpoint, entries: &[Vec<u8>]) -> Attempt {
    let mut stage = Stage::new(endpoint).await;
    let mut attempt = stage.invoke("/invoke/Body/run").await;
    attempt.begin("null", entries);
    attempt.on(stage)
}

async fn message(attempt: &mut Attempt, kind: u16) -> Message {
    let message = attempt.next().await.expect("the response has ended");
    assert_eq!(message.kind, kind, "{}", message.text());
    message
}

async fn ends_with(attempt: &mut Attempt, text: &str) {
    let output = message(attempt, OUTPUT).await;
    assert!(output.text().contains(text), "{}", output.text());
    message(attempt, END).await;
}

/// The field `behavior` of an error, with the value that pauses, which comes last.
const PAUSE: [u8; 2] = [9 << 3, 1];

/// A body of one coroutine without arguments.
macro_rules! body {
    ($body:expr) => {
        Endpoint::new().workflow("Body", |()| $body)
    };
}

#[tokio::test]
async fn a_group_is_replayed_in_the_order_of_the_journal() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let group = yield_!([1, 2, 3].map(pick))?;
        yield_!([1_u64, 2, 3].map(|ms| sleep(Duration::from_millis(ms))))?;
        Ok(format!("{group:?}"))
    }
    let slept_until_1 = |completion| slept("sleep", 1, completion);
    let steps = [run("pick 1", 1), run("pick 2", 2), run("pick 3", 3)];
    let done = [value(RUN, 3, "30"), value(RUN, 1, "10"), value(RUN, 2, "20")];
    let sleeps = [4, 5, 6].map(slept_until_1);
    let slept = [5, 4, 6].map(|completion| void(SLEEP, completion));
    let whole = [&steps[..], &done, &sleeps, &slept].concat();
    for len in 0..whole.len() {
        let mut attempt = begin(body!(body()), &whole[..len]).await;
        let stored = &whole[..len];
        // The sleeps that are stored end.
        for completion in 4..=6 {
            let (sleep, done) = (slept_until_1(completion), void(SLEEP, completion));
            if stored.contains(&sleep) && !stored.contains(&done) {
                attempt.send(&[done]);
            }
        }
        loop {
            let message = attempt.next().await.expect("the response has ended");
            match message.kind {
                RUN => {}
                // The server stores the outcome, and sends it back.
                PROPOSE => {
                    let completion = message.number(1);
                    let done = value(RUN, completion, &format!("{completion}0"));
                    assert!(!stored.contains(&done), "after {len} entries {completion} runs again");
                    attempt.send(&[done]);
                }
                SLEEP => {
                    attempt.send(&[void(SLEEP, message.number(11))]);
                }
                OUTPUT => {
                    assert!(message.text().contains("[10, 20, 30]"), "{len}: {}", message.text());
                    break;
                }
                _ => panic!("after {len} entries: {message:?} {}", message.text()),
            }
        }
        message(&mut attempt, END).await;
    }
}

#[tokio::test]
async fn a_coroutine_that_departs_from_its_journal_says_where() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(step("charge", || async { Ok(()) }))?;
        yield_!(sleep(Duration::from_secs(1)))
    }
    let charged = [run("charge", 1), value(RUN, 1, "null")];
    let cases = [
        (vec![run("pay", 1)], "entry 1 is the step `pay`, but now it issues the step `charge` at "),
        (
            vec![promise("charge", 1)],
            "entry 1 is the signal `charge`, but now it issues the step `charge` at ",
        ),
        (
            [&charged[..], &[slept("timeout", 5, 2)]].concat(),
            "entry 2 is a timeout, but now it issues a sleep at ",
        ),
        (
            [&charged[..], &[called("Refund", "7", 2)]].concat(),
            "entry 2 is the call of `Refund` with key `7`, but now it issues a sleep at ",
        ),
        (
            [&charged[..], &[slept("sleep", 5, 2), void(SLEEP, 2), run("more", 3)]].concat(),
            "entry 3 is the step `more`, but now it ends with a value",
        ),
    ];
    for (entries, text) in cases {
        let mut attempt = begin(body!(body()), &entries).await;
        let error = message(&mut attempt, ERROR).await.text();
        assert!(error.contains(text), "{error}");
        attempt.ended().await;
    }
}

/// The shared core would say it in the words of the protocol.
#[tokio::test]
async fn a_sequence_of_steps_that_were_parallel_departs_from_its_journal() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(step("one", || async { Ok(()) }))?;
        yield_!(step("two", || async { Ok(()) }))
    }
    let parallel = [run("one", 1), run("two", 2)];
    let text = "entry 2 is the step `two`, but now it waits for the step `one` at ";
    let mut stage = Stage::new(body!(body())).await;
    for (version, pauses) in [(6, false), (7, true)] {
        let mut attempt = stage.invoke_by("/invoke/Body/run", version).await;
        attempt.begin("null", &parallel);
        let error = message(&mut attempt, ERROR).await;
        assert!(error.text().contains(text), "{}", error.text());
        assert_eq!(error.number(1), 570);
        assert_eq!(error.body.ends_with(&PAUSE), pauses, "{version} {}", error.text());
        attempt.ended().await;
    }
}

#[tokio::test]
async fn a_mismatch_names_the_first_of_many_waits() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let waits = ["a", "b", "c", "d", "e"].map(signal::<()>);
        yield_!(waits)?;
        yield_!(step("more", || async { Ok(()) }))
    }
    let promises = ["a", "b", "c", "d", "e"].into_iter().zip(1..).map(|(name, number)| promise(name, number));
    let entries: Vec<_> = promises.chain([run("more", 6)]).collect();
    let mut attempt = begin(body!(body()), &entries).await;
    let error = message(&mut attempt, ERROR).await.text();
    let now = error.split_once("but now it ").expect("it departs").1;
    assert!(now.starts_with("waits for the signal `a` at "), "{now}");
    assert!(now.contains(", and for the signal `c` at "), "{now}");
    assert!(!now.contains("`d`") && now.contains(", and 2 more"), "{now}");
    attempt.ended().await;
}

#[tokio::test]
async fn what_no_journal_has_stops_the_run_with_advice() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let (_promise, future) = gen::promise::<()>();
        yield_!(future)?;
        Ok(())
    }
    let mut attempt = begin(body!(body()), &[]).await;
    let error = message(&mut attempt, ERROR).await.text();
    assert!(error.contains("which is in no journal") && error.contains("put it into a `step`"), "{error}");
    attempt.ended().await;
}

#[tokio::test]
async fn the_code_and_the_payload_of_an_error_survive() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let error = StepFailed::new("the card is empty").with_code(402).with_payload(&12);
        let paid = yield_!(step("pay", move || async move { Err::<(), _>(permanent(error)) }));
        let error = paid.unwrap_err();
        let failed = error.downcast_ref::<StepFailed>().expect("a step fails with it");
        assert_eq!((failed.code(), failed.payload(), failed.is_permanent()), (402, Some(12), true));
        Err(error)
    }
    let mut first = begin(body!(body()), &[]).await;
    message(&mut first, RUN).await;
    let proposed = message(&mut first, PROPOSE).await;
    let done = stored_failure(&proposed, 1);
    first.send(std::slice::from_ref(&done));
    let output = message(&mut first, OUTPUT).await;
    let mut replay = begin(body!(body()), &[run("pay", 1), done]).await;
    assert_eq!(message(&mut replay, OUTPUT).await, output);
    assert!(output.text().contains("the card is empty") && output.text().contains("permanent"));
}

#[tokio::test]
async fn a_retry_has_the_attempts_that_are_left() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let pay = || async { Err::<(), _>(gen::Error::new("busy")) };
        yield_!(step("pay", pay).retry([Duration::from_millis(5); 1]))
    }
    let mut attempt = begin(body!(body()), &[]).await;
    for completion in [1, 3] {
        message(&mut attempt, RUN).await;
        let proposed = message(&mut attempt, PROPOSE).await;
        attempt.send(&[stored_failure(&proposed, completion)]);
        if completion == 1 {
            message(&mut attempt, SLEEP).await;
            attempt.send(&[void(SLEEP, 2)]);
        }
    }
    ends_with(&mut attempt, "failed 2 times: busy").await;
}

#[tokio::test]
async fn a_version_lets_old_runs_finish_with_the_old_code() {
    #[gen::coroutine]
    fn body() -> gen::Result<&'static str> {
        let checks = yield_!(version("checks", 2))?;
        if checks > 0 {
            yield_!(step("check", || async { Ok(()) }))?;
        }
        yield_!(step("charge", || async { Ok(()) }))?;
        Ok(["old", "between", "new"][checks as usize])
    }
    let charged = |completion| [run("charge", completion), value(RUN, completion, "null")];
    let checked = |version: u32| {
        let version = run(&format!("gen: version {version} of checks"), 1);
        [version, value(RUN, 1, "2"), run("check", 2), value(RUN, 2, "null")]
    };
    for (entries, text) in [
        (charged(1).to_vec(), "old"),
        ([&checked(1)[..], &charged(3)].concat(), "between"),
        ([&checked(2)[..], &charged(3)].concat(), "new"),
    ] {
        let mut attempt = begin(body!(body()), &entries).await;
        ends_with(&mut attempt, text).await;
    }
    let mut attempt = begin(body!(body()), &[]).await;
    let version = message(&mut attempt, RUN).await;
    assert!(version.text().contains("gen: version 2 of checks"), "{}", version.text());
    assert_eq!(attempt.until(PROPOSE).await, [PROPOSE]);

    let mut attempt = begin(body!(body()), &checked(3)).await;
    let error = message(&mut attempt, ERROR).await.text();
    assert!(error.contains("version 3 of `checks`, but now it knows no version after 2"), "{error}");
}

#[tokio::test]
async fn a_program_without_the_old_code_asks_for_no_version() {
    #[gen::coroutine]
    fn body() -> gen::Result<&'static str> {
        yield_!(step("check", || async { Ok(()) }))?;
        Ok("checked")
    }
    let entries =
        [run("gen: version 1 of checks", 1), value(RUN, 1, "1"), run("check", 2), value(RUN, 2, "null")];
    ends_with(&mut begin(body!(body()), &entries).await, "checked").await;
    // Also if the process has died before it was stored.
    let entries = [run("gen: version 1 of checks", 1)];
    let mut attempt = begin(body!(body()), &entries).await;
    let mut kinds = attempt.until(RUN).await;
    kinds.retain(|kind| *kind != PROPOSE);
    assert_eq!(kinds, [RUN]);
}

#[tokio::test]
async fn a_cancellation_arrives_and_the_clean_up_is_durable() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let slept = yield_!(sleep(Duration::from_secs(86_400)));
        assert!(slept.as_ref().is_err_and(gen::Error::is_cancelled));
        yield_!(step("pay back", || async { Ok(()) }))?;
        slept
    }
    let mut attempt = begin(body!(body()), &[]).await;
    message(&mut attempt, SLEEP).await;
    attempt.send(&[cancel()]);
    assert_eq!(attempt.until(PROPOSE).await, [RUN, PROPOSE]);
    attempt.send(&[value(RUN, 2, "null")]);
    ends_with(&mut attempt, "cancelled").await;
    let entries = [slept("sleep", u64::MAX, 1), cancel(), run("pay back", 2), value(RUN, 2, "null")];
    ends_with(&mut begin(body!(body()), &entries).await, "cancelled").await;
}

#[tokio::test]
async fn a_cancelled_caller_cancels_the_run_that_it_waits_for() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        yield_!(call("Child", "c", &1))
    }
    let mut attempt = begin(body!(body()), &[]).await;
    message(&mut attempt, CALL).await;
    attempt.send(&[cancel(), called_is(1, "inv_child")]);
    let cancelled = message(&mut attempt, SEND_SIGNAL).await;
    assert!(cancelled.text().contains("inv_child"), "{}", cancelled.text());
    ends_with(&mut attempt, "cancelled").await;

    let entries = [called("Child", "c", 1), cancel(), called_is(1, "inv_child"), cancels("inv_child")];
    ends_with(&mut begin(body!(body()), &entries).await, "cancelled").await;
}

/// A second cancellation would disturb its clean-up.
#[tokio::test]
async fn a_cancelled_caller_cancels_a_run_once_that_it_has_called_twice() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        let both = yield_!([call::<u32>("Child", "c", &1), call("Child", "c", &1)])?;
        Ok(both[0])
    }
    let mut attempt = begin(body!(body()), &[]).await;
    assert_eq!(attempt.until(CALL).await, [CALL]);
    message(&mut attempt, CALL).await;
    attempt.send(&[called_is(1, "inv_child"), called_is(3, "inv_child"), cancel()]);
    let mut kinds = attempt.until(END).await;
    kinds.retain(|kind| *kind == SEND_SIGNAL);
    assert_eq!(kinds, [SEND_SIGNAL]);
}

#[tokio::test]
async fn a_cancelled_caller_lets_the_runs_go_on_that_it_does_not_wait_for() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        let early = yield_!(with_timeout(Duration::from_millis(5), call::<u32>("Child", "given up", &1)));
        assert!(early.unwrap_err().is::<gen::TimeoutError>());
        let kept = yield_!(gen::shield(call::<u32>("Child", "shielded", &1)))?;
        yield_!(step("note", || async { Ok(()) }))?;
        Ok(kept)
    }
    let mut attempt = begin(body!(body()), &[]).await;
    assert_eq!(attempt.until(CALL).await, [SLEEP, CALL]);
    attempt.send(&[called_is(2, "inv_given_up"), void(SLEEP, 1)]);
    message(&mut attempt, CALL).await;
    attempt.send(&[called_is(4, "inv_shielded"), cancel(), value(CALL, 5, "7")]);
    let mut kinds = attempt.until(END).await;
    kinds.retain(|kind| ![RUN, PROPOSE].contains(kind));
    assert_eq!(kinds, [OUTPUT, END], "no run is cancelled");
}

#[tokio::test]
async fn a_program_that_does_not_cancel_what_its_journal_cancels_says_so() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        let result = yield_!(gen::shield(call::<u32>("Child", "c", &1)));
        yield_!(step("note", || async { Ok(()) }))?;
        result
    }
    let entries = [
        called("Child", "c", 1),
        called_is(1, "inv_child"),
        cancel(),
        value(CALL, 2, "7"),
        cancels("inv_child"),
    ];
    let mut attempt = begin(body!(body()), &entries).await;
    let error = message(&mut attempt, ERROR).await.text();
    assert!(error.contains("entry 2 is the cancellation of a called run, but now it "), "{error}");
}

#[tokio::test]
async fn a_run_that_calls_itself_gets_an_error() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let error = yield_!(call::<u32>("Body", "7", &1)).unwrap_err();
        yield_!(step("note", || async { Ok(()) }))?;
        Ok(error.to_string())
    }
    let text = "the run of `Body` with key `7` calls itself, which would wait for ever";
    let mut attempt = begin(body!(body()), &[]).await;
    assert_eq!(attempt.until(PROPOSE).await, [RUN, PROPOSE]);
    attempt.send(&[value(RUN, 1, "null")]);
    ends_with(&mut attempt, text).await;
    let noted = [run("note", 1), value(RUN, 1, "null")];
    ends_with(&mut begin(body!(body()), &noted).await, text).await;
}

#[tokio::test]
async fn a_value_that_is_too_large_is_a_failure_and_not_tried_for_ever() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(step("large", || async { Ok("x".repeat(17 << 20)) }))?;
        Ok(())
    }
    let mut attempt = begin(body!(body()), &[]).await;
    message(&mut attempt, RUN).await;
    let proposed = message(&mut attempt, PROPOSE).await;
    assert!(proposed.body.len() < 1000, "{} bytes", proposed.body.len());
    assert!(proposed.text().contains("an entry of the journal at most"), "{}", proposed.text());
}

#[tokio::test]
async fn a_step_runs_only_when_the_version_before_it_is_stored() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        let version = yield_!(version("checks", 2))?;
        yield_!(step("check", || async { Ok(()) }))?;
        Ok(version)
    }
    let mut attempt = begin(body!(body()), &[]).await;
    assert_eq!(attempt.until(PROPOSE).await, [RUN, PROPOSE]);
    message(&mut attempt, RUN).await;
    attempt.send(&[value(RUN, 1, "2")]);
    message(&mut attempt, PROPOSE).await;
    attempt.send(&[value(RUN, 2, "null")]);
    ends_with(&mut attempt, "2").await;

    // The version is not stored, and a cancellation comes first.
    let mut attempt = begin(body!(body()), &[]).await;
    assert_eq!(attempt.until(PROPOSE).await, [RUN, PROPOSE]);
    message(&mut attempt, RUN).await;
    attempt.send(&[cancel()]);
    ends_with(&mut attempt, "cancelled").await;

    // The server suspends it before.
    let mut attempt = begin(body!(body()), &[]).await;
    attempt.close();
    assert_eq!(attempt.until(SUSPENSION).await, [RUN, PROPOSE, RUN, SUSPENSION]);
}

#[tokio::test]
async fn the_first_version_of_a_label_is_that_of_the_run() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        yield_!(step("charge", || async { Ok(()) }))?;
        yield_!(version("checks", 2))
    }
    let recorded = |version: u32, completion| {
        let name = format!("gen: version {version} of checks");
        [run(&name, completion), value(RUN, completion, &version.to_string())]
    };
    let charged = [run("charge", 2), value(RUN, 2, "null")];
    let entries = [&recorded(1, 1)[..], &charged, &recorded(2, 3)].concat();
    ends_with(&mut begin(body!(body()), &entries).await, "1").await;
}

#[tokio::test]
async fn a_signal_is_given_to_the_next_wait_if_one_was_given_up() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let early = yield_!(with_timeout(Duration::from_millis(5), signal::<String>("paid")));
        assert!(early.unwrap_err().is::<gen::TimeoutError>());
        let (first, second) = yield_!((signal::<String>("paid"), signal::<String>("paid")))?;
        Ok(format!("{first} and {second}"))
    }
    let mut attempt = begin(body!(body()), &[]).await;
    message(&mut attempt, SLEEP).await;
    message(&mut attempt, PROMISE).await;
    attempt.send(&[void(SLEEP, 1)]);
    for name in ["paid#2", "paid#3"] {
        let promise = message(&mut attempt, PROMISE).await;
        assert!(promise.text().contains(name), "{}", promise.text());
    }
    attempt.send(&[value(PROMISE, 2, r#""Ada""#), value(PROMISE, 3, r#""Bob""#)]);
    ends_with(&mut attempt, "Ada and Bob").await;

    // A replay, in which the signal has come while nothing waited for it.
    let entries = [
        slept("timeout", 5, 1),
        promise("paid", 2),
        void(SLEEP, 1),
        value(PROMISE, 2, r#""Ada""#),
        promise("paid#2", 3),
        promise("paid#3", 4),
    ];
    let mut attempt = begin(body!(body()), &entries).await;
    attempt.send(&[value(PROMISE, 3, r#""Bob""#)]);
    ends_with(&mut attempt, "Ada and Bob").await;
}

#[tokio::test]
async fn a_call_of_a_run_that_is_under_way_waits_for_it() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        yield_!(call("Child", "c", &1))
    }
    let mut attempt = begin(body!(body()), &[]).await;
    let sent = message(&mut attempt, CALL).await;
    assert!(sent.text().contains("Child") && sent.text().contains("run"), "{}", sent.text());
    let conflict = failure(CALL, 2, 409, "the workflow method was already invoked");
    attempt.send(std::slice::from_ref(&conflict));
    let attached = message(&mut attempt, ATTACH).await;
    assert!(attached.text().contains("Child"), "{}", attached.text());
    attempt.send(&[value(ATTACH, 3, "7")]);
    ends_with(&mut attempt, "7").await;

    let entries =
        [called("Child", "c", 1), conflict, attach("Child", "c", 3), failure(ATTACH, 3, 409, "cancelled")];
    ends_with(&mut begin(body!(body()), &entries).await, "cancelled").await;
}

#[tokio::test]
async fn a_call_that_has_to_wait_for_its_run_while_the_journal_goes_on_departs_from_it() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        yield_!(call("Child", "c", &1))
    }
    let conflict = failure(CALL, 2, 409, "the workflow method was already invoked");
    let entries = [called("Child", "c", 1), conflict, run("more", 3)];
    let mut attempt = begin(body!(body()), &entries).await;
    let error = message(&mut attempt, ERROR).await.text();
    let text = "entry 2 is the step `more`, but now it waits for the run of `Child` with key `c`";
    assert!(error.contains(text), "{error}");
    attempt.ended().await;
}

#[tokio::test]
async fn states_and_starts_are_written_down() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        yield_!(set_state("progress", "begun"))?;
        let progress: Option<String> = yield_!(get_state("progress"))?;
        yield_!(start("Child", "c", &1).after(Duration::from_secs(60)))?;
        yield_!(set_state("progress", &None::<u32>))?;
        let none: Option<String> = yield_!(get_state("progress"))?;
        Ok(format!("{progress:?} {none:?}"))
    }
    let mut attempt = begin(body!(body()), &[]).await;
    assert_eq!(attempt.until(SEND).await, [SET_STATE, GET_STATE, SEND]);
    attempt.send(&[called_is(2, "inv_child")]);
    assert_eq!(attempt.until(GET_STATE).await, [CLEAR_STATE, GET_STATE]);
    ends_with(&mut attempt, r#"Some("begun") None"#.replace('"', "\\\"").as_str()).await;
}

#[tokio::test]
async fn a_replay_reads_the_same_clock_and_the_same_numbers() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let time = yield_!(now())?.duration_since(std::time::UNIX_EPOCH)?.as_millis();
        let (number, text) = yield_!((random(), uuid()))?;
        Ok(format!("{time} {number} {text}"))
    }
    let entries = [
        run("gen: now", 1),
        value(RUN, 1, "12345"),
        run("gen: random", 2),
        run("gen: uuid", 3),
        value(RUN, 3, r#""u""#),
        value(RUN, 2, "7"),
    ];
    ends_with(&mut begin(body!(body()), &entries).await, "12345 7 u").await;
    let mut attempt = begin(body!(body()), &[]).await;
    assert_eq!(attempt.until(PROPOSE).await, [RUN, PROPOSE]);
}

#[tokio::test]
async fn the_clock_of_a_run_is_never_behind_a_deadline_that_has_passed() {
    #[gen::coroutine]
    fn body() -> gen::Result<bool> {
        yield_!(sleep(Duration::from_secs(1)))?;
        let time = yield_!(now())?.duration_since(std::time::UNIX_EPOCH)?.as_millis();
        Ok(time >= 4_000_000_000_000)
    }
    // Another machine, whose clock is decades ahead, has begun the sleep.
    let mut attempt = begin(body!(body()), &[slept("sleep", 4_000_000_000_000, 1), void(SLEEP, 1)]).await;
    message(&mut attempt, RUN).await;
    let proposed = message(&mut attempt, PROPOSE).await;
    assert!(proposed.text().contains("4000000000000"), "{}", proposed.text());
}

#[tokio::test]
async fn version_seven_of_the_protocol_pauses_a_run_that_only_another_program_can_mend() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let (_promise, future) = gen::promise::<()>();
        yield_!(future)?;
        Ok(())
    }
    let mut stage = Stage::new(body!(body())).await;
    for entries in [&[][..], &[run("pay", 1)]] {
        for (version, pauses) in [(6, false), (7, true)] {
            let mut attempt = stage.invoke_by("/invoke/Body/run", version).await;
            attempt.begin("null", entries);
            let error = message(&mut attempt, ERROR).await;
            assert_eq!(error.body.ends_with(&PAUSE), pauses, "{version} {}", error.text());
            attempt.ended().await;
        }
    }
}

#[tokio::test]
async fn a_suspended_run_names_all_that_it_waits_for() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(with_timeout(Duration::from_secs(60), (signal::<u32>("a"), sleep(Duration::from_secs(5)))))?;
        Ok(())
    }
    let mut attempt = begin(body!(body()), &[]).await;
    attempt.close();
    assert_eq!(attempt.until(SLEEP).await, [SLEEP]);
    assert_eq!(attempt.until(SUSPENSION).await, [PROMISE, SLEEP, SUSPENSION]);
}
