use std::future::ready;

fn body() -> gen::Result {
    gen::run_sync(gen::multi([ready(gen::Result::Ok(1))]))?;
    //~^ gen: a future of a `Result` is wanted here, and `Multi<[..]>` is none
    //~| note: a function or closure is called first; a list, map or tuple, and what else is yielded, is joined: `gen::multi(list).join()`
    Ok(())
}

fn main() {}
