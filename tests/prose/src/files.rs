//! The files of the workspace.

use std::path::Path;
use std::process::Command;

/// The paths of all files that git tracks or would add, relative to the workspace, sorted.
pub(crate) fn tracked(root: &Path) -> Vec<String> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .expect("git runs: it lists the files to check");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git lists the files of a checkout: {message}");
    let list = String::from_utf8(output.stdout).expect("the paths are UTF-8");
    // A file that is deleted but not yet committed is still listed.
    let present = |path: &&str| root.join(path).is_file();
    let mut files: Vec<String> = list.split_terminator('\0').filter(present).map(str::to_owned).collect();
    files.sort();
    files.dedup();
    files
}
