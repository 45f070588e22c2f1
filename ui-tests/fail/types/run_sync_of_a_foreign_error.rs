struct Fault;

#[gen::coroutine]
fn fetch() -> Result<u32, Fault> {
    Err(Fault)
}

fn main() {
    let _ = gen::run_sync(fetch());
    //~^ gen: `Fault` does not take up a `gen::Error`, as which something may fail here that is not its own
    //~| note: give it a variant for that: `#[from] gen::Error` with thiserror, else an `impl From<gen::Error>`; or return `gen::Result`, which takes up every error
    //~| note: what is run may have any error if its output is wanted as it is: `gen::block_on(future)`
}
