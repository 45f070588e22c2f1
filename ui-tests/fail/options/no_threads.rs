#[gen::test(tokio, flavor = "multi_thread", worker_threads = 0)]
//~^ gen: without a worker thread nothing would run
//~| help: write at least 1
fn waits() {}

fn main() {}
