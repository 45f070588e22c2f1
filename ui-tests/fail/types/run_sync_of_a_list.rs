fn main() {
    gen::run_sync(vec![gen::moment()]).unwrap();
    //~^ gen: `Vec<Moment>` is not a future of a `Result`
    //~| note: call a function or a closure; join a list, a map, a tuple or another yieldable: `gen::multi(list).join()`
}
