#[gen::main(boxed)]
//~^ gen: unknown option `boxed` of `#[gen::main]`
//~| help: the options are `tokio`, `flavor = ".."`, `worker_threads = N`, `start_paused = true`, `crate = path`
fn main() {}
