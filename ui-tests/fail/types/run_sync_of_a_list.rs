fn main() {
    gen::run_sync(vec![gen::moment()]).unwrap();
    //~^ gen: a future of a `Result` is wanted here, and `Vec<Moment>` is none
    //~| note: a function or closure is called first; a list, map or tuple, and what else is yielded, is joined: `gen::multi(list).join()`
}
