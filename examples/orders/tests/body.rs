//! The body of an order over a journal in memory: it dies at each entry, is cancelled, and waits
//! for days.

use std::time::Duration;

use gen::yield_;
use gen_durable::testing::{explore, Fault};
use gen_durable::{MemoryJournal, Records};
use orders::audit::{audit, End};
use orders::books::Books;
use orders::order::{order, Order, APPROVED};
use orders::plain::{self, Answer};
use orders::shop::{Shop, ShopOptions};

/// A shop with new books. Its clones and the shops of later processes have the same books.
fn new_shop() -> Shop {
    let latency = Duration::from_millis(10);
    Shop::new(Books::in_memory().unwrap(), ShopOptions { latency, ..ShopOptions::default() })
}

fn an_order() -> Order {
    Order::new("7", ["tea", "milk", "tea"])
}

#[track_caller]
fn assert_right(shop: &Shop, end: End, when: &str) {
    assert_right_for(an_order(), shop, end, when);
}

#[track_caller]
fn assert_right_for(order: Order, shop: &Shop, end: End, when: &str) {
    let complaints = audit(&shop.books().entries().unwrap(), &[(order, end)]);
    assert!(complaints.is_empty(), "{when}: {complaints:?}");
}

/// Runs the order in a process of its own, whose clock is virtual. It is cancelled after that time.
fn run(
    shop: &Shop,
    records: &Records,
    args: Order,
    cancelled_after: Option<Duration>,
) -> gen::Result<String> {
    gen::IoLoop::with_clock(gen::VirtualClock::new()).run_sync(process(
        shop.clone(),
        records.clone(),
        args,
        cancelled_after,
    ))
}

#[gen::coroutine]
fn process(
    shop: Shop,
    records: Records,
    args: Order,
    cancelled_after: Option<Duration>,
) -> gen::Result<String> {
    let run = gen::spawn(gen_durable::run(order(shop, args), MemoryJournal::new(&records)));
    if let Some(time) = cancelled_after {
        yield_!(gen::sleep(time))?;
        drop(run.cancel("the customer"));
        // A second request, which must not interrupt the clean-up.
        yield_!(gen::sleep(Duration::from_millis(5)))?;
        drop(run.cancel("again"));
    }
    yield_!(run)
}

#[test]
fn an_order_that_dies_at_any_entry_is_charged_picked_and_shipped_once() {
    let (whole, shop) = (Records::new(), new_shop());
    whole.send_signal(APPROVED, "Ada").unwrap();
    let end = run(&shop, &whole, an_order(), None).unwrap();
    assert!(end.ends_with(", approved by Ada"), "{end}");
    assert_right(&shop, End::Shipped, "without a death");
    for len in 0..whole.len() {
        let cut = whole.cut(len);
        // The world is at least as far as the journal: the request of the last step may have been
        // answered, and the answer is lost.
        assert_eq!(run(&shop, &cut, an_order(), None).unwrap(), end, "after {len} entries");
        assert_right(&shop, End::Shipped, &format!("after {len} entries"));
    }
}

#[test]
fn an_order_is_undone_wherever_it_is_cancelled_also_if_it_dies_meanwhile() {
    let (mut shipped, mut undone, mut deaths) = (0, 0, 0);
    for millis in (0..150).step_by(5) {
        let (records, shop) = (Records::new(), new_shop());
        records.send_signal(APPROVED, "Ada").unwrap();
        let when = format!("after {millis} ms");
        match run(&shop, &records, an_order(), Some(Duration::from_millis(millis))) {
            Ok(_) => {
                shipped += 1;
                assert_right(&shop, End::Shipped, &when);
            }
            Err(error) => {
                undone += 1;
                assert!(error.to_string().contains("the customer") || error.is_cancelled(), "{error}");
                assert_right(&shop, End::Undone, &when);
                let labels = records.steps();
                assert!(labels.contains(&"refund".to_owned()) || millis == 0, "{labels:?}");
            }
        }
        // The cancellation is in the journal before anything is undone.
        let is_cancelled = |len: &usize| format!("{:?}", records.cut(*len)).contains("Cancelled(");
        for len in (0..records.len()).filter(is_cancelled) {
            let again = run(&shop, &records.cut(len), an_order(), None);
            let end = if again.is_ok() { End::Shipped } else { End::Undone };
            assert_right(&shop, end, &format!("{when}, {len} entries"));
            deaths += 1;
        }
    }
    assert!(shipped > 0 && undone > 5 && deaths > 50, "{shipped} shipped, {undone} undone, {deaths} deaths");
}

#[test]
fn an_order_without_an_approval_is_undone_after_three_days() {
    let (records, shop) = (Records::new(), new_shop());
    let clock = gen::VirtualClock::new();
    let began = clock.now();
    let run = gen_durable::run(order(shop.clone(), an_order()), MemoryJournal::new(&records));
    let error = gen::IoLoop::with_clock(clock.clone()).run_sync(run).unwrap_err();
    assert_eq!(error.to_string(), "there was no approval within 3 days");
    assert!(clock.now() - began >= Duration::from_secs(3 * 86_400));
    assert_right(&shop, End::Undone, "after three days");
}

#[test]
fn an_item_that_is_not_there_undoes_the_whole_order() {
    let (records, shop) = (Records::new(), new_shop());
    let args = Order::new("7", ["tea", "gold", "tea"]);
    let error = run(&shop, &records, args, None).unwrap_err();
    assert_eq!(error.to_string(), "there is no gold");
    assert_right(&shop, End::Undone, "without gold");
    assert_eq!(
        records.steps().iter().filter(|step| *step == "pick gold").count(),
        1,
        "it is no use to retry"
    );
}

/// Of so many orders some have all five answers to one request lost, also to that of the parcel.
#[test]
fn lost_requests_and_answers_are_sent_again_and_do_nothing_twice() {
    let (mut shipped, mut undone) = (0, 0);
    for seed in 0..200 {
        fastrand::seed(seed);
        let options = ShopOptions { trouble: 0.3, ..ShopOptions::default() };
        let shop = Shop::new(Books::in_memory().unwrap(), options);
        let records = Records::new();
        records.send_signal(APPROVED, "Ada").unwrap();
        let end = match run(&shop, &records, an_order(), None) {
            Ok(_) => End::Shipped,
            Err(_) => End::Undone,
        };
        assert_right(&shop, end, &format!("seed {seed}"));
        *(if end == End::Shipped { &mut shipped } else { &mut undone }) += 1;
    }
    assert!(shipped > 50 && undone > 10, "{shipped} shipped, {undone} undone");
}

/// The customer would pay for nothing, or get a parcel for nothing.
#[test]
fn the_books_are_right_wherever_an_order_dies_or_is_cancelled_twice() {
    // Each item more makes about twice as many runs.
    let small = || Order::new("7", ["tea", "milk"]);
    let order = explore(new_shop, |shop| order(shop.clone(), small()))
        .beside(|_, records| {
            let records = records.clone();
            async move { records.send_signal(APPROVED, "Ada") }
        })
        .faults([Fault::Die, Fault::Cancel])
        .pairs()
        .ends_may_differ()
        .invariant(|shop, end| {
            let end = if end.is_ok() { End::Shipped } else { End::Undone };
            assert_right_for(small(), shop, end, "at the end");
            Ok(())
        });
    let report = order.report();
    assert!(report.findings().is_empty() && report.not_explored().is_empty(), "{report}");
    assert!(report.runs() > 500, "{report}");
}

/// The money would be gone with the process that has asked for it.
#[test]
fn an_order_in_memory_is_undone_if_nobody_can_be_asked() {
    let shop = new_shop();
    let ask = async {
        gen::sleep(Duration::from_millis(45)).await?;
        Err::<Answer, _>(gen::Error::new("the terminal is closed"))
    };
    let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    let error = io_loop.run_sync(plain::with_memory(shop.clone(), an_order(), ask)).unwrap_err();
    assert_eq!(error.to_string(), "the terminal is closed");
    assert_right(&shop, End::Undone, "without an answer");
    assert!(!shop.books().entries().unwrap().is_empty());
}

#[test]
fn an_order_in_memory_is_undone_wherever_its_caller_is_cancelled() {
    #[gen::coroutine]
    fn cancelled(shop: Shop, after: Duration) -> gen::Result<String> {
        let ask = async {
            gen::sleep(Duration::from_millis(60)).await?;
            gen::Ok(Answer::Approved("Ada".into()))
        };
        let task = gen::spawn_local(plain::with_memory(shop, an_order(), ask));
        yield_!(gen::sleep(after))?;
        drop(task.cancel("enough"));
        yield_!(task)
    }
    let (mut shipped, mut undone) = (0, 0);
    for millis in (0..150).step_by(5) {
        let shop = new_shop();
        let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
        let end = io_loop.run_sync(cancelled(shop.clone(), Duration::from_millis(millis)));
        let end = if end.is_ok() { End::Shipped } else { End::Undone };
        *(if end == End::Shipped { &mut shipped } else { &mut undone }) += 1;
        assert_right(&shop, end, &format!("after {millis} ms"));
    }
    assert!(shipped > 0 && undone > 5, "{shipped} shipped, {undone} undone");
}

#[test]
fn without_a_journal_an_order_runs_up_to_the_signal_and_is_undone() {
    let shop = new_shop();
    let error = gen::run_sync(plain::without_journal(shop.clone(), an_order())).unwrap_err();
    assert!(error.is::<gen_durable::NoJournal>(), "{error}");
    assert_right(&shop, End::Undone, "without a journal");
    assert!(!shop.books().entries().unwrap().is_empty());
}
