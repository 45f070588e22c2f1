fn main() {
    let scope = gen::scope(|scope| {
        scope.spawn(async { 42 });
        //~^ gen: a future of a `Result` is wanted here, and `[..]` is none
        //~| note: a future that cannot fail becomes one by `gen::ok(future)`; only `gen::block_on` runs any
        gen::ok(async {})
    });
    gen::run_sync(scope).unwrap();
}
