//! On the virtual clock a program always runs in the same order, however long it would take in real
//! time.
use std::time::Duration;

use gen::{IoLoop, VirtualClock};
use loop_behaviour::Order;

/// A small random generator (xorshift), so that the program is the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

async fn wander(name: u64, seed: u64, order: Order) -> gen::Result {
    let mut random = Random(seed);
    for step in 0..20 {
        order.push(format_args!("{name}.{step} "));
        match random.below(5) {
            0 => gen::moment().await?,
            1 => gen::sleep(Duration::from_secs(random.below(100))).await?,
            2 => gen::sleep(Duration::ZERO).await?,
            3 => {
                let order = order.clone();
                let handle = IoLoop::current().expect("it runs on one");
                let key = handle.call_later(Duration::from_secs(random.below(50)), move || order.push("t "));
                if random.below(2) == 0 {
                    handle.remove_timeout(key);
                }
            }
            _ => {
                let child = gen::spawn_local(async { gen::sleep(Duration::from_secs(10)).await });
                child.await?;
            }
        }
    }
    Ok(())
}

fn trace(seed: u64) -> String {
    let clock = VirtualClock::new();
    let (io_loop, order) = (IoLoop::with_clock(clock.clone()), Order::new());
    let began = clock.now();
    let mut random = Random(seed);
    io_loop
        .run_sync(async {
            let tasks: Vec<_> = (0..50)
                .map(|name| gen::spawn_local(wander(name, random.below(1 << 40) + 1, order.clone())))
                .collect();
            for task in tasks {
                task.await?;
            }
            Ok::<(), gen::Error>(())
        })
        .unwrap();
    format!("{}in {:?}", order.text(), clock.now() - began)
}

#[test]
fn a_long_seeded_program_run_twice_gives_the_same_trace() {
    for seed in [1, 2026, 0xfeed] {
        let first = trace(seed);
        assert!(first.len() > 5_000);
        assert_eq!(first, trace(seed));
    }
    assert_ne!(trace(1), trace(2), "or the program does nothing");
}

#[test]
fn the_virtual_clock_moves_only_when_the_loop_is_idle() {
    let clock = VirtualClock::new();
    let io_loop = IoLoop::with_clock(clock.clone());
    let began = clock.now();
    io_loop.call_later(Duration::from_secs(1), || ());
    io_loop
        .run_sync(async {
            for _ in 0..100 {
                gen::moment().await?;
            }
            Ok::<(), gen::Error>(())
        })
        .unwrap();
    assert_eq!(clock.now(), began, "the loop was never idle");
    clock.advance(Duration::from_secs(5));
    assert_eq!(clock.now() - began, Duration::from_secs(5));
    assert_eq!(io_loop.now(), clock.now());
}
