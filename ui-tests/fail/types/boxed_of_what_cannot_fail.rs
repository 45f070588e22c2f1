fn main() {
    drop(gen::boxed(async { 42 }));
    //~^ gen: a future of a `Result` is wanted here, and `[..]` is none
    //~| note: a future that cannot fail becomes one by `gen::ok(future)`; only `gen::block_on` runs any
}
