struct Fault;

#[gen::coroutine]
fn fetch() -> Result<u32, Fault> {
    Err(Fault)
}

fn main() {
    let _ = gen::run_sync(fetch());
    //~^ gen: `Fault` cannot be made from a `gen::Error`, which may occur here too
    //~| note: the runtime may raise an error of its own here: give the type a variant for it, by `#[from] gen::Error` with thiserror or by an `impl From<gen::Error>`; or return `gen::Result`, which holds any error
    //~| note: `gen::block_on(future)` runs a future with any output, and returns the output as it is
}
