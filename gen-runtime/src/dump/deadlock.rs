//! [`Deadlock`]: the error of a blocking call whose future nothing can wake.

use std::error::Error;
use std::fmt;

use super::graph::{awaited, Dump};

/// Nothing can wake the coroutine that [`run_sync`](crate::run_sync) waits for.
///
/// No task of the loop is ready, no timer runs, and the process has no other thread that could wake
/// one. Each task was polled once more, and stayed pending. So the program would hang for ever.
///
/// The error shows the wait of each task, and the tasks that wait for each other.
///
/// # When it is known
///
/// The loop is asked after it has been idle for a second, or at once if its clock does not run by
/// itself. Only Linux tells a program how many threads it has; elsewhere, and if there are other
/// threads, one of them may hold a [`Promise`](crate::Promise), a callback or a
/// [`Remote`](crate::Remote). Then a hang is only probable: after ten seconds it is logged as a
/// warning, with the same text, and the call goes on waiting. A loop for which a thread holds a
/// [`KeepAlive`](crate::Remote::keep_alive), and one of whose futures belongs to another library
/// and keeps a waker, is never suspected.
///
/// ```
/// # // The threads of a doctest's process are none of its own, so it only shows the type.
/// fn main() -> gen::Result {
///     # return Ok(());
///     let (_promise, never) = gen::promise::<u32>();
///     let error = gen::run_sync(never).unwrap_err();
///     if let Some(deadlock) = error.downcast_ref::<gen::Deadlock>() {
///         eprintln!("{deadlock}");
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadlock {
    dump: Dump,
    cycle: Vec<usize>,
}

impl Deadlock {
    pub(crate) fn new(dump: Dump) -> Self {
        let cycle = cycle(&dump);
        Deadlock { dump, cycle }
    }

    /// The waits of all tasks.
    #[must_use]
    pub fn dump(&self) -> &Dump {
        &self.dump
    }

    /// The numbers of tasks of which each waits for the next, and the last one for the first. Empty
    /// if there are none: then the tasks wait for promises, callbacks or other futures.
    #[must_use]
    pub fn cycle(&self) -> &[usize] {
        &self.cycle
    }
}

impl fmt::Display for Deadlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("deadlock: no task is ready, no timer runs, and no other thread could wake a task\n\n")?;
        write_waits(f, &self.cycle, &self.dump)
    }
}

impl Error for Deadlock {}

/// The text of a wait that only another thread can end.
pub(crate) struct ProbableDeadlock<'a> {
    pub(crate) dump: &'a Dump,
    /// How long the loop has been idle.
    pub(crate) idle: std::time::Duration,
}

impl fmt::Display for ProbableDeadlock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`run_sync` has waited for {:?}, and only another thread can end that: no task is ready, \
             and no timer runs. If a thread is to set a promise or to call a callback, let it hold a \
             `gen::KeepAlive` until it has; otherwise this is a deadlock\n\n",
            self.idle,
        )?;
        write_waits(f, &cycle(self.dump), self.dump)
    }
}

/// Writes the cycle, if there is one, and the dump.
fn write_waits(f: &mut fmt::Formatter<'_>, cycle: &[usize], dump: &Dump) -> fmt::Result {
    match cycle {
        [] => {}
        [task] => write!(f, "task {task} waits for itself\n\n")?,
        [first, others @ ..] => {
            write!(f, "each of these tasks waits for the next: {first}")?;
            others.iter().try_for_each(|task| write!(f, ", {task}"))?;
            write!(f, ", {first}\n\n")?;
        }
    }
    write!(f, "{dump}")
}

/// Tasks of which each waits for the next, and the last one for the first.
fn cycle(dump: &Dump) -> Vec<usize> {
    let mut search = Search { waits_for: tasks_awaited(dump), state: vec![State::New; dump.tasks().len()] };
    (0..search.state.len()).find_map(|task| search.from(task)).unwrap_or_default()
}

/// For each task the tasks that it waits for.
fn tasks_awaited(dump: &Dump) -> Vec<Vec<usize>> {
    let awaited_by = |task: &super::TaskDump| {
        let mut tasks = Vec::new();
        if let Some(waiting) = task.waiting() {
            waiting.for_each_event(&mut |event| tasks.extend(awaited(event).and_then(|task| task.number())));
        }
        tasks
    };
    dump.tasks().iter().map(awaited_by).collect()
}

/// A search in depth, with a path of its own instead of the stack, because a chain of tasks may be
/// long.
struct Search {
    waits_for: Vec<Vec<usize>>,
    state: Vec<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    OnPath,
    Seen,
}

impl Search {
    /// A cycle that can be reached from the task.
    fn from(&mut self, start: usize) -> Option<Vec<usize>> {
        // Each task of the path, and how many of those that it waits for were visited.
        let mut path = vec![(start, 0)];
        while let Some((task, visited)) = path.last_mut() {
            let (task, next) = (*task, self.waits_for[*task].get(*visited).copied());
            *visited += 1;
            match next {
                None => {
                    self.state[task] = State::Seen;
                    path.pop();
                }
                Some(next) if self.state[next] == State::OnPath || next == task => {
                    let tasks = path.iter().map(|(task, _)| *task);
                    return Some(tasks.skip_while(|task| *task != next).collect());
                }
                Some(next) => {
                    self.state[task] = State::OnPath;
                    if self.state[next] == State::New {
                        path.push((next, 0));
                    }
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(waits_for: &[&[usize]]) -> Vec<usize> {
        let waits_for: Vec<Vec<usize>> = waits_for.iter().map(|tasks| tasks.to_vec()).collect();
        let mut search = Search { state: vec![State::New; waits_for.len()], waits_for };
        (0..search.state.len()).find_map(|task| search.from(task)).unwrap_or_default()
    }

    #[test]
    fn a_cycle_begins_where_it_is_closed() {
        assert_eq!(search(&[&[1], &[2], &[3], &[1]]), [1, 2, 3]);
        assert_eq!(search(&[&[0]]), [0]);
        assert_eq!(search(&[&[], &[2, 3], &[], &[1]]), [1, 3]);
    }

    #[test]
    fn tasks_that_share_one_are_no_cycle() {
        assert_eq!(search(&[&[1, 2], &[3], &[3], &[]]), []);
        assert_eq!(search(&[]), []);
    }
}
