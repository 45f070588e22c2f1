//! Tests of bugs that would end the process.

use std::env;
use std::panic;
use std::process::{self, Command};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The number of panics in the process of such a test.
static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Runs a test's body in a process of its own. `test` is the path of the test in its binary.
///
/// # Panics
///
/// If the process is aborted, the body panics, or the number of panics in the process is greater
/// than `panics`. Caught panics and those of other threads count too.
pub fn in_a_process_of_its_own(test: &str, panics: usize, body: impl FnOnce()) {
    const NAME: &str = "GEN_TEST_IN_A_PROCESS";
    if env::var(NAME).is_ok_and(|name| name == test) {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            PANICS.fetch_add(1, Ordering::SeqCst);
            print(info);
        }));
        body();
        // Exits at once. The test harness would report success, whatever the count.
        process::exit(if PANICS.load(Ordering::SeqCst) == panics { 0 } else { 3 });
    }
    let program = env::current_exe().expect("a test binary has a path");
    let arguments = [test, "--exact", "--nocapture", "--test-threads=1"];
    let output = Command::new(program).args(arguments).env(NAME, test).output().expect("it can be run again");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", output.status);
    let listed = String::from_utf8_lossy(&output.stdout);
    assert!(!listed.contains("running 0 tests"), "there is no test `{test}` in this binary");
}
