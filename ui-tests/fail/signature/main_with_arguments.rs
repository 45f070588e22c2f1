#[gen::main]
fn main(arguments: Vec<String>) {
//~^ gen: `main` takes no arguments: nothing passes any to it
//~| help: read those of the command line from `std::env::args()`
    drop(arguments);
}
