//@ rustc: running it can fail as well, so the error of the whole is made of both; `gen::block_on` gives the output as it is

struct Fault;

#[gen::coroutine]
fn fetch() -> Result<u32, Fault> {
    Err(Fault)
}

fn main() {
    let _ = gen::run_sync(fetch());
    //~^ rustc: the trait bound `Fault: From<gen::Error>` is not satisfied
}
