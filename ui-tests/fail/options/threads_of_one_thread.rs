#[gen::test(tokio, worker_threads = 2)]
//~^ gen: only the flavor `multi_thread` has worker threads, and `#[gen::test(tokio)]` has the flavor `current_thread`
//~| help: write `flavor = "multi_thread"`, or remove `worker_threads`
fn waits() {}

fn main() {}
