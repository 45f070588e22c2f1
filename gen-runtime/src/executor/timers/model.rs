//! Random programs of timers, against a tree that is sorted by (deadline, number).

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::*;
use crate::executor::ids::LoopName;

const YEAR: Duration = Duration::from_secs(366 * 86_400);

/// A small random generator (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// A duration of any magnitude, from nothing to five hundred years. Many are equal.
    fn duration(&mut self) -> Duration {
        match self.below(20) {
            0 => YEAR * self.below(500) as u32,
            1 => Duration::ZERO,
            _ => {
                let bits = self.below(54);
                let granularity = self.below(bits + 1);
                Duration::from_nanos(self.below(1 << bits) >> granularity << granularity)
            }
        }
    }
}

fn the_loop() -> LoopId {
    LoopId::new(1, LoopName(1))
}

/// The timers, and what is known of them. The action of a timer is its number.
struct World {
    random: Random,
    now: Instant,
    timers: Timers<u64>,
    by_deadline: BTreeMap<(Instant, u64), TimerKey>,
    new: Vec<(Duration, TimerKey)>,
    without_deadline: Vec<TimerKey>,
    /// Timers of any state, and such as are gone.
    keys: Vec<TimerKey>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        // The clock may stand before the time that the wheel begins with.
        let began = Instant::now() + YEAR;
        let now = began - random.duration().min(YEAR);
        let (by_deadline, new) = (BTreeMap::new(), Vec::new());
        let (without_deadline, keys) = (Vec::new(), Vec::new());
        World { random, now, timers: Timers::new(began), by_deadline, new, without_deadline, keys }
    }

    fn key(&self, index: u32, number: u64) -> TimerKey {
        TimerKey { loop_id: the_loop(), index, number }
    }

    fn insert(&mut self) {
        let number = self.timers.next_number();
        let after = self.random.duration();
        let deadline = match self.random.below(8) {
            0 => None,
            1 => self.now.checked_sub(after),
            _ => Some(self.now + after),
        };
        let index = self.timers.insert(deadline, number, number);
        let key = self.key(index, number);
        match deadline {
            Some(deadline) => drop(self.by_deadline.insert((deadline, number), key)),
            None => self.without_deadline.push(key),
        }
        self.keys.push(key);
    }

    fn insert_in_turn(&mut self) {
        self.timers.begin_turn();
        let (after, number) = (self.random.duration(), self.timers.next_number());
        let index = self.timers.insert_in_turn(after, number, number).expect("a turn runs");
        let key = self.key(index, number);
        self.new.push((after, key));
        self.keys.push(key);
    }

    fn cancel(&mut self) {
        if self.keys.is_empty() {
            return;
        }
        let at = self.random.below(self.keys.len() as u64) as usize;
        let key = self.keys.swap_remove(at);
        let before = self.count();
        self.by_deadline.retain(|_, known| *known != key);
        self.new.retain(|(_, known)| *known != key);
        self.without_deadline.retain(|known| *known != key);
        let was_there = self.count() < before;
        assert_eq!(self.timers.action(key).copied(), was_there.then_some(key.number));
        assert_eq!(self.timers.cancel(key), was_there.then_some(key.number));
        assert_eq!(self.timers.cancel(key), None, "it was cancelled once");
        assert_eq!(self.timers.replace(key, 7), Some(7), "the action is not needed");
    }

    fn end_turn(&mut self) {
        self.now += Duration::from_nanos(self.random.below(3) * 1000);
        assert_eq!(self.timers.have_new(), !self.new.is_empty());
        self.timers.end_turn(Some(self.now));
        for (after, key) in self.new.drain(..) {
            self.by_deadline.insert((self.now + after, key.number), key);
        }
    }

    /// Goes to the time of the next look, or to any other, and takes what is due.
    fn advance(&mut self) {
        let first = self.by_deadline.keys().next().map(|(deadline, _)| *deadline);
        assert_eq!(self.timers.have_deadline(), first.is_some());
        assert_eq!(self.timers.next_deadline(), first);
        let look = self.timers.next_look();
        assert_eq!(look.is_some(), first.is_some());
        let look = look.map(|(look, number)| {
            assert!(self.by_deadline.keys().any(|(_, known)| *known == number));
            look
        });
        assert!(look <= first, "a host would sleep too long");
        self.now = match look {
            Some(look) if self.random.below(2) == 0 => look.max(self.now),
            _ => self.now + self.random.duration(),
        };
        let mut due = Vec::new();
        self.timers.take_due(self.now, the_loop(), &mut due);
        let later = self.by_deadline.split_off(&(self.now + Duration::from_nanos(1), 0));
        let expected = std::mem::replace(&mut self.by_deadline, later);
        assert!(due.iter().eq(expected.values()), "{due:?} instead of {:?}", expected.values());
        for key in due {
            match self.random.below(4) {
                0 => assert_eq!(self.timers.cancel(key), Some(key.number)),
                _ => assert_eq!(self.timers.fire(key), Some(key.number)),
            }
            assert_eq!(self.timers.fire(key), None);
        }
    }

    fn count(&self) -> usize {
        self.by_deadline.len() + self.new.len() + self.without_deadline.len()
    }
}

/// A timer that is early, late, lost or out of order would show here.
#[test]
fn random_programs_do_what_a_tree_does() {
    for seed in 0..400 {
        let mut world = World::new(seed);
        for _ in 0..600 {
            match world.random.below(10) {
                0..=2 => world.insert(),
                3..=4 => world.insert_in_turn(),
                5..=6 => world.cancel(),
                _ => {
                    world.end_turn();
                    world.advance();
                }
            }
            assert_eq!(world.timers.slab.used(), world.count());
        }
        let mut left = world.timers.clear();
        left.sort_unstable();
        let keys = world.by_deadline.values().chain(world.new.iter().map(|(_, key)| key));
        let mut expected: Vec<_> = keys.chain(&world.without_deadline).map(|key| key.number).collect();
        expected.sort_unstable();
        assert_eq!(left, expected);
    }
}

/// A host that follows the looks may wake up in vain, but not often.
#[test]
fn a_deadline_takes_few_looks() {
    let began = Instant::now();
    for nanos in (0..54).flat_map(|bits| [1 << bits, (1 << bits) + 12_345]) {
        let deadline = began + Duration::from_nanos(nanos);
        let mut timers = Timers::new(began);
        for number in [1, 2] {
            timers.insert(Some(deadline), number, ());
        }
        let (mut looks, mut due) = (0, Vec::new());
        while due.is_empty() {
            looks += 1;
            let (look, _) = timers.next_look().expect("two timers wait");
            timers.take_due(look, the_loop(), &mut due);
        }
        assert_eq!(due.len(), 2);
        assert!(looks <= 6, "{looks} looks for {:?}", deadline - began);
        assert!(timers.next_look().is_none());
    }
}

/// Otherwise a server would keep the memory of its busiest minute.
#[test]
fn the_table_shrinks_after_a_burst() {
    let began = Instant::now();
    for kept in [0, 3] {
        let mut timers = Timers::new(began);
        let insert = |timers: &mut Timers<()>, seconds| {
            let number = timers.next_number();
            let index = timers.insert(Some(began + Duration::from_secs(seconds)), number, ());
            TimerKey { loop_id: the_loop(), index, number }
        };
        let all: Vec<_> = (0..100_000).map(|seconds| insert(&mut timers, seconds)).collect();
        for &key in &all[kept..] {
            assert!(timers.cancel(key).is_some());
        }
        for _ in 0..110_000 {
            let key = insert(&mut timers, 1);
            assert!(timers.cancel(key).is_some());
        }
        assert!(timers.slab.len() < 100, "{} nodes for {kept} timers", timers.slab.len());
        // Its place in the table is that of a timer that is gone, whose key does not fit it.
        let new = insert(&mut timers, 1);
        assert!(all[kept..].iter().all(|&key| timers.cancel(key).is_none()));
        assert!(timers.cancel(new).is_some());
        assert_eq!(timers.slab.used(), kept);
    }
}

/// Otherwise each new timer would be fetched from the slow memory of the machine.
#[test]
fn timers_that_are_made_after_a_burst_are_neighbours() {
    let (mut random, mut slab) = (Random(7), Slab::new());
    let mut places: Vec<u32> = (1..=64_000).map(|number| slab.insert(0, number, ())).collect();
    while !places.is_empty() {
        let at = random.below(places.len() as u64) as usize;
        slab.remove(places.swap_remove(at));
    }
    let places: Vec<u32> = (1..=64_000).map(|number| slab.insert(0, number, ())).collect();
    let apart = places.windows(2).filter(|pair| pair[0] + 1 != pair[1]).count();
    assert!(apart <= 1_000, "{apart} timers are not beside the timer before them");
}
