fn main() {
    let scope = gen::scope(|scope| {
        scope.spawn(async { 42 });
        //~^ gen: `[..]` is not a future of a `Result`
        //~| note: for a future that cannot fail, write `gen::ok(future)`; `gen::block_on` runs any future
        gen::ok(async {})
    });
    gen::run_sync(scope).unwrap();
}
