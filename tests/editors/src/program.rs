//! Small programs with coroutines, built to run under other tools.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tools::{cargo, run, workspace};

/// A program that was built.
#[derive(Debug)]
pub struct Program {
    /// The file to run.
    pub path: PathBuf,
    /// The folder of the program, with room for its output.
    pub folder: PathBuf,
    /// The file of its source.
    pub source: PathBuf,
}

impl Program {
    /// Builds a program without optimisation and with debug information, in a folder for such
    /// programs. The flags apply to its own crate.
    ///
    /// # Panics
    ///
    /// If it does not compile.
    pub fn build(folder: &Path, name: &str, source: &str, flags: &[&str]) -> Program {
        let (target, folder) = (folder.join("target"), folder.join(name));
        let main = folder.join("src/main.rs");
        let runtime = workspace().join("gen-runtime");
        let manifest = format!(
            "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n\n\
             [dependencies]\ngen-runtime = {{ path = {runtime:?} }}\n"
        );
        let lock = fs::read_to_string(workspace().join("Cargo.lock")).expect("the workspace is locked");
        fs::create_dir_all(folder.join("src"))
            .and_then(|()| fs::write(folder.join("Cargo.toml"), manifest))
            .and_then(|()| fs::write(folder.join("Cargo.lock"), lock))
            .and_then(|()| fs::write(&main, source))
            .expect("the folder can be written to");
        let mut build = cargo();
        build.current_dir(&folder).env("CARGO_TARGET_DIR", &target).args([
            "rustc",
            "--quiet",
            "--offline",
            "--",
        ]);
        run(build.args(flags)).unwrap_or_else(|error| panic!("{error}"));
        Program { path: target.join("debug").join(name), folder, source: main }
    }

    /// A command that runs the program.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.current_dir(&self.folder);
        command
    }
}
