use std::future::ready;

fn body() -> gen::Result {
    gen::run_sync(gen::multi([ready(gen::Result::Ok(1))]))?;
    //~^ gen: `Multi<[..]>` is not a future of a `Result`
    //~| note: call a function or a closure; join a list, a map, a tuple or another yieldable: `gen::multi(list).join()`
    Ok(())
}

fn main() {}
