//! `Crew`: several processes that share a store, of which each may be killed at any moment.

use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

/// The processes. Its drop kills them. If this process is killed itself, they end, too: each has a
/// pipe from it as its standard input, and is started with `--leashed`.
#[derive(Debug)]
pub struct Crew {
    program: PathBuf,
    arguments: Vec<String>,
    workers: Vec<Child>,
}

/// A process that has ended, and was started again.
#[derive(Debug)]
pub struct Replaced {
    /// The number of the process.
    pub process: u32,
    /// How it has ended.
    pub status: ExitStatus,
    /// The number of the new one.
    pub by: u32,
}

impl Crew {
    /// Starts so many processes of this program with these arguments.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn start(program: PathBuf, arguments: Vec<String>, count: usize) -> gen::Result<Self> {
        let mut crew = Crew { program, arguments, workers: Vec::new() };
        for _ in 0..count {
            let worker = crew.spawn()?;
            crew.workers.push(worker);
        }
        Ok(crew)
    }

    fn spawn(&self) -> gen::Result<Child> {
        Ok(Command::new(&self.program)
            .args(&self.arguments)
            .arg("--leashed")
            .stdin(Stdio::piped())
            .spawn()?)
    }

    /// The numbers of the processes.
    pub fn processes(&self) -> Vec<u32> {
        self.workers.iter().map(Child::id).collect()
    }

    /// Kills one with SIGKILL, and starts another one instead. It may have ended before.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn kill(&mut self, index: usize) -> gen::Result<Replaced> {
        self.workers[index].kill()?;
        let status = self.workers[index].wait()?;
        self.replace(index, status)
    }

    /// Starts those again that have been killed. Those that have ended well are left out.
    ///
    /// # Errors
    ///
    /// Those of the system; a process that has failed by itself.
    pub fn revive(&mut self) -> gen::Result<Vec<Replaced>> {
        let mut replaced = Vec::new();
        for index in (0..self.workers.len()).rev() {
            match self.workers[index].try_wait()? {
                None => {}
                Some(status) if status.success() => drop(self.workers.remove(index)),
                Some(status) if status.code().is_none() => replaced.push(self.replace(index, status)?),
                Some(status) => gen::bail!("a worker has failed: {status}"),
            }
        }
        Ok(replaced)
    }

    fn replace(&mut self, index: usize, status: ExitStatus) -> gen::Result<Replaced> {
        let worker = self.spawn()?;
        let by = worker.id();
        let process = std::mem::replace(&mut self.workers[index], worker).id();
        Ok(Replaced { process, status, by })
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        for worker in &mut self.workers {
            // It may have ended before.
            let _ = worker.kill();
            let _ = worker.wait();
        }
    }
}
