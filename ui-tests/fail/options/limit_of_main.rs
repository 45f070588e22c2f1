#[gen::main(limit = "10s")]
//~^ gen: unknown option `limit` of `#[gen::main]`
//~| help: the options are `tokio`, `flavor = ".."`, `worker_threads = N`, `start_paused = true`, `crate = path`
fn main() {}
