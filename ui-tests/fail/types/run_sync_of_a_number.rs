//@ rustc: `run_sync` takes what can fail; `gen::ok(future)` makes that of any future, and `gen::block_on` takes any

fn main() {
    let _ = gen::run_sync(async { 42 });
    //~^ rustc: type mismatch resolving [..]
}
