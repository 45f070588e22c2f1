fn main() {
    drop(gen::boxed(async { 42 }));
    //~^ gen: `[..]` is not a future of a `Result`
    //~| note: for a future that cannot fail, write `gen::ok(future)`; `gen::block_on` runs any future
}
