//! Shared by the tests: an outside that remembers what was done to it, and a folder for files.

#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

pub mod dying;
pub mod programs;

use std::future::{ready, Future, Ready};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use gen::yield_;
use gen_durable::{signal, step};

/// The outside: the steps note here that they have run.
#[derive(Debug, Clone, Default)]
pub struct World(Arc<Mutex<Vec<String>>>);

impl World {
    pub fn note(&self, what: &str) {
        self.0.lock().unwrap().push(what.to_owned());
    }

    pub fn log(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// A closure for a step.
    pub fn work<T: Clone + Send + 'static>(
        &self,
        what: &str,
        value: T,
    ) -> impl FnOnce() -> Ready<gen::Result<T>> + Clone + Send + 'static {
        let (world, what) = (self.clone(), what.to_owned());
        move || {
            world.note(&what);
            ready(Ok(value))
        }
    }
}

/// Runs a future on a loop whose clock is virtual.
pub fn block_on<T>(future: impl Future<Output = gen::Result<T>>) -> gen::Result<T> {
    gen::IoLoop::with_clock(gen::VirtualClock::new()).run_sync(future)
}

/// A folder of this test. Its drop removes it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("gen-durable-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Waits for two signals of one name, and for one of another name.
#[gen::coroutine]
pub fn two_of_a_name(world: World) -> gen::Result<String> {
    let first: u32 = yield_!(signal("number"))?;
    yield_!(step(format!("got {first}"), world.work(&format!("got {first}"), ())))?;
    let second: u32 = yield_!(signal("number"))?;
    let name: String = yield_!(signal("name"))?;
    Ok(format!("{first}, {second}, {name}"))
}

/// Moves, doubles, drops or changes parts.
pub fn changed(bytes: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut content = bytes.to_vec();
    for _ in 0..random.usize(1..4) {
        let (from, to) = (random.usize(0..content.len()), random.usize(0..content.len()));
        let part = content[from.min(to)..from.max(to)].to_vec();
        match random.u8(0..4) {
            0 => drop(content.splice(to..to, part)),
            1 => drop(content.drain(from.min(to)..from.max(to))),
            2 => content[from] = random.u8(..),
            _ => content.extend(part.iter().map(|_| random.u8(..))),
        }
        if content.is_empty() {
            break;
        }
    }
    content
}
