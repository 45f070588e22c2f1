//! Generates a program for each seed.

use crate::program::{
    Deed, End, Group, Iteration, OnError, Program, Step, Then, Wait, LOCKS, PERMITS, QUEUES,
};
use crate::random::Random;

/// The program of a seed.
pub fn generate(seed: u64) -> Program {
    let mut random = Random::new(seed);
    let bodies = 2 + random.below(4);
    let mut generator = Generator {
        bodies,
        promises: 1 + random.below(3),
        places: 1 + random.below(3),
        // Most defects need few steps, and short programs run fast.
        most_steps: random.pick(&[3, 3, 5, 8]),
        random,
    };
    let end = match generator.random.below(3) {
        0 => End::ShutDown(generator.random.seconds(5)),
        _ => End::Dropped,
    };
    Program {
        bodies: (0..bodies).map(|number| generator.body(number)).collect(),
        promises: generator.promises,
        places: generator.places,
        end,
    }
}

struct Generator {
    random: Random,
    bodies: usize,
    promises: usize,
    places: usize,
    most_steps: usize,
}

impl Generator {
    fn body(&mut self, number: usize) -> Vec<Step> {
        let mut steps = Vec::new();
        if number == 0 {
            // Otherwise a program would often have no task to cancel.
            let first = self.spawn(number);
            steps.push(first);
        }
        let count = 1 + self.random.below(self.most_steps);
        steps.extend((0..count).map(|_| self.step(number)));
        steps
    }

    fn step(&mut self, body: usize) -> Step {
        match self.random.below(41) {
            0..16 => Step::Yield(self.wait(body, 3), self.on_error(body)),
            16..18 => Step::Iterate(self.iteration(body)),
            18..24 => self.spawn(body),
            24..27 => Step::Cancel(self.place()),
            27 => Step::CutShort(self.place(), self.random.seconds(4)),
            28..31 => Step::Throw(self.place()),
            31..37 => {
                let deed = self.random.pick(&[Deed::Set, Deed::Set, Deed::Fail, Deed::Break, Deed::Forget]);
                Step::Promise(self.promise(), deed)
            }
            37 => Step::DropHandle(self.place()),
            38 => Step::Fail,
            39 => Step::Close(self.random.below(QUEUES.len())),
            _ => Step::Panic,
        }
    }

    fn spawn(&mut self, body: usize) -> Step {
        let spawned = match self.later(body) {
            Some(later) if !self.random.one_in(4) => Wait::Call(later),
            _ => self.wait(body, 2),
        };
        let place = (!self.random.one_in(6)).then(|| self.place());
        Step::Spawn(spawned, place)
    }

    fn on_error(&mut self, body: usize) -> OnError {
        match self.random.below(4) {
            0 => OnError::GoOn,
            1 | 2 => OnError::End,
            _ => OnError::CleanUp(self.waits(body, 1, 1)),
        }
    }

    fn iteration(&mut self, body: usize) -> Iteration {
        Iteration {
            keyed: self.random.one_in(3),
            children: self.waits(body, 2, 0),
            rounds: 1 + self.random.below(4),
            limit: self.random.one_in(3).then(|| self.random.seconds(4)),
            push: self.random.one_in(3).then(|| self.wait(body, 1)),
            between: self.random.one_in(3).then(|| self.wait(body, 1)),
            ends: self.random.one_in(3),
        }
    }

    fn waits(&mut self, body: usize, depth: usize, least: usize) -> Vec<Wait> {
        let count = least + self.random.below(4 - least);
        (0..count).map(|_| self.wait(body, depth)).collect()
    }

    fn wait(&mut self, body: usize, depth: usize) -> Wait {
        if depth == 0 || self.random.one_in(3) {
            return self.leaf();
        }
        let inner = depth - 1;
        match self.random.below(24) {
            0..6 => match self.later(body) {
                Some(called) if self.random.one_in(3) => Wait::Chain(called),
                Some(called) => Wait::Call(called),
                None => self.leaf(),
            },
            6..10 => self.group(body, inner),
            10 => Wait::Limit(1 + self.random.below(2), self.waits(body, inner, 0)),
            11..13 => Wait::Timeout(self.random.seconds(4), Box::new(self.wait(body, inner))),
            13..16 => {
                let (after, grace) = (self.random.seconds(4), self.random.seconds(4));
                Wait::Graced(after, grace, Box::new(self.wait(body, inner)))
            }
            16..18 => Wait::Shield(Box::new(self.wait(body, inner))),
            18 => Wait::Plain(self.waits(body, inner, 1)),
            19 | 20 => Wait::Locked(self.random.below(LOCKS), Box::new(self.wait(body, inner))),
            21 | 22 => {
                let permits = 1 + self.random.below(PERMITS as usize) as u32;
                Wait::Permits(permits, Box::new(self.wait(body, inner)))
            }
            _ => {
                let late = self.wait(body, inner);
                let (children, body) = (self.waits(body, inner, 0), self.wait(body, inner));
                let then = match self.random.below(4) {
                    0 => Then::Spawn(Box::new(late)),
                    1 | 2 if !children.is_empty() => Then::Cancel(self.random.below(children.len())),
                    _ => Then::Nothing,
                };
                Wait::Scope(children, Box::new(body), then)
            }
        }
    }

    fn group(&mut self, body: usize, depth: usize) -> Wait {
        let kind = self.random.pick(&[
            Group::List,
            Group::List,
            Group::Tuple,
            Group::FailFast,
            Group::Settle,
            Group::First,
            Group::FirstCancels,
        ]);
        let least = if kind == Group::Tuple { 2 } else { 0 };
        Wait::Group(kind, self.waits(body, depth, least))
    }

    fn leaf(&mut self) -> Wait {
        match self.random.below(20) {
            0 => Wait::Forever,
            1..4 => Wait::Moment,
            4..8 => Wait::Sleep(self.random.seconds(5)),
            8..12 => Wait::Promise(self.promise()),
            12 | 13 => Wait::Join(self.place()),
            14 => Wait::JoinTaken(self.place()),
            15 | 16 => Wait::Put(self.random.below(QUEUES.len())),
            17 | 18 => Wait::Get(self.random.below(QUEUES.len())),
            _ => Wait::Cancel(self.place()),
        }
    }

    /// A body that this one may call or spawn.
    fn later(&mut self, body: usize) -> Option<usize> {
        let left = self.bodies - body - 1;
        (left > 0).then(|| body + 1 + self.random.below(left))
    }

    fn place(&mut self) -> usize {
        self.random.below(self.places)
    }

    fn promise(&mut self) -> usize {
        self.random.below(self.promises)
    }
}
