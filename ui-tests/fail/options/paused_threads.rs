#[gen::test(tokio, flavor = "multi_thread", start_paused = true)]
//~^ gen: the clock of the flavor `multi_thread` cannot be paused
//~| help: write `flavor = "current_thread"`, or remove `start_paused`
fn waits() {}

fn main() {}
