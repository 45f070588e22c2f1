//! Random programs.

use std::fmt::Debug;
use std::thread::sleep;
use std::time::Duration;

use gen_durable::{MemoryJournal, Records};
use restate::bodies::{program, Trial, World as Life};
use restate::effects::Effects;
use restate::folder::Folder;
use restate::programs::{Maker, Timeouts};
use restate::recorded::Recorded;

use crate::world;

const PROGRAMS: usize = 300;

/// The number of programs that are begun between two kills.
const WAVE: usize = 8;

/// The end of a program whose process lives, with a journal in memory and a clock that moves by
/// itself.
fn end_in_memory(trial: &Trial, signals: &[u32], effects: &Effects) -> Result<String, String> {
    let records = Records::new();
    for signal in signals {
        records.send_signal(&format!("signal {signal}"), signal).unwrap();
    }
    let life = Life { effects: effects.clone(), key: trial.key.clone(), is_real: false };
    let driver = gen_durable::Driver::new(program(trial.program.clone(), life), MemoryJournal::new(&records));
    let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    let end = io_loop.run_sync(driver).expect("nothing is killed");
    end.map_err(|error| format!("{error:#}"))
}

fn text(end: Result<impl Debug, String>) -> String {
    format!("{end:?}")
}

#[test]
fn random_programs_come_to_the_end_of_a_run_without_deaths() {
    let Some(mut world) = world("programs", 1) else { return };
    let folder = Folder::new("programs-in-memory");
    let in_memory = Effects::new(folder.path(""));
    let mut maker = Maker::new(0x2e57_a7e0, Timeouts::Clear);
    let trials: Vec<_> = (0..PROGRAMS)
        .map(|number| {
            let (program, signals) = maker.next_program(3);
            (Trial { key: format!("p{number}"), program }, signals)
        })
        .collect();

    let mut recorded = Recorded::new("Program");
    for (number, wave) in trials.chunks(WAVE).enumerate() {
        for (trial, _) in wave {
            world.begin("Program", &trial.key, trial);
        }
        for (trial, signals) in wave {
            for signal in signals {
                world.send_signal("Program", &trial.key, &format!("signal {signal}"), signal);
            }
        }
        sleep(Duration::from_millis(maker.random.u64(0..100)));
        recorded.look(&world);
        match number % 5 {
            4 => world.restart_node(0, Duration::ZERO),
            _ => world.replace_worker(),
        }
    }
    world.wait_for_status("Program", PROGRAMS, "completed");
    recorded.look(&world);

    for (trial, signals) in &trials {
        let expected = end_in_memory(trial, signals, &in_memory);
        let end = world.result("Program", &trial.key);
        assert_eq!(text(end), text(expected), "{:?}", trial.program);
    }
    assert_eq!(world.mismatches(), Vec::<String>::new());
    println!("{} recorded steps", recorded.count());
}
