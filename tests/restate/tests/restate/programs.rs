//! Random programs.

use std::thread::sleep;
use std::time::Duration;

use gen_durable::{MemoryJournal, Records};
use restate::bodies::{program, Trial, World as Life};
use restate::effects::Effects;
use restate::folder::Folder;
use restate::programs::{Maker, Timeouts};
use restate::recorded::Recorded;
use restate::world::World;

use crate::world;

/// The number of programs that are begun between two kills.
const WAVE: usize = 6;

/// A program, and the signals that it waits for.
type Case = (Trial, Vec<u32>);

/// Programs of some leaves each.
fn cases(maker: &mut Maker, count: usize) -> Vec<Case> {
    let mut cases = Vec::new();
    while cases.len() < count {
        let (program, signals, leaves) = maker.next_program(4);
        if leaves >= 4 {
            cases.push((Trial { key: format!("p{}", cases.len()), program }, signals));
        }
    }
    cases
}

/// The end of a program whose process lives, with a journal in memory and a clock that moves by
/// itself.
fn end_in_memory((trial, signals): &Case, effects: &Effects) -> Result<String, String> {
    let records = Records::new();
    for signal in signals {
        records.send_signal(&format!("signal {signal}"), signal).unwrap();
    }
    let life = Life::with_clock_of_loop(effects, &trial.key);
    let driver = gen_durable::Driver::new(program(trial.program.clone(), life), MemoryJournal::new(&records));
    let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    let end = io_loop.run_sync(driver).expect("nothing is killed");
    end.map_err(|error| format!("{error:#}"))
}

/// Runs the programs, and kills a process or a node after each few of them. `meanwhile` happens to
/// each program, with its identifier, when it has begun.
fn run_under_kills(
    world: &mut World,
    cases: &[Case],
    random: &mut fastrand::Rng,
    meanwhile: impl Fn(&World, &Case, &str, &mut fastrand::Rng),
) {
    let mut recorded = Recorded::new("Program");
    let (mut kills, mut hit) = (0, 0);
    for wave in cases.chunks(WAVE) {
        recorded.look(world);
        for case in wave {
            let id = world.begin("Program", &case.0.key, &case.0);
            meanwhile(world, case, &id, random);
        }
        sleep(Duration::from_millis(random.u64(0..20)));
        kills += 1;
        let in_memory = match kills % 5 {
            0 => world.restart_node(0),
            _ => world.replace_busiest(),
        };
        hit += usize::from(in_memory > 0);
    }
    world.wait_for_status("Program", cases.len(), "completed");
    let steps = recorded.finish(world);
    assert_eq!(world.mismatches(), Vec::<String>::new());
    assert!(hit > kills / 3, "many kills must come within a program: {hit} of {kills}");
    println!("{kills} kills, {hit} within programs; {steps} recorded steps");
}

fn send_signals(world: &World, (trial, signals): &Case) {
    for signal in signals {
        world.send_signal("Program", &trial.key, &format!("signal {signal}"), signal);
    }
}

#[test]
fn random_programs_come_to_the_end_of_a_run_without_deaths() {
    let Some(mut world) = world("programs", 1) else { return };
    let mut maker = Maker::new(0x2e57_a7e0, Timeouts::Clear);
    let cases = cases(&mut maker, 300);
    run_under_kills(&mut world, &cases, &mut maker.random, |world, case, _, _| send_signals(world, case));

    let folder = Folder::new("programs-in-memory");
    let in_memory = Effects::new(folder.path(""));
    for case in &cases {
        let end = world.result("Program", &case.0.key);
        let end = end.map(|end| end.as_str().expect("a text").to_owned());
        assert_eq!(end, end_in_memory(case, &in_memory), "{:?}", case.0.program);
    }
}

#[test]
fn random_programs_that_are_cancelled_at_any_moment_end() {
    let Some(mut world) = world("cancelled-programs", 1) else { return };
    let mut maker = Maker::new(0xca9c_e11d, Timeouts::Close);
    let cases = cases(&mut maker, 90);
    run_under_kills(&mut world, &cases, &mut maker.random, |world, case, id, random| {
        // A sequence goes on after a yield that was cancelled, so all of them get their signals.
        if random.bool() {
            send_signals(world, case);
            world.cancel(id);
        } else {
            world.cancel(id);
            send_signals(world, case);
        }
    });
}
