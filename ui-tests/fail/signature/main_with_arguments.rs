#[gen::main]
fn main(arguments: Vec<String>) {
//~^ gen: `main` takes no arguments: nobody is there to give them
//~| help: read them from `std::env::args()`
    drop(arguments);
}
