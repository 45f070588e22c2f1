#[gen::main(tokio)]
//~^ gen: the option `tokio` needs the feature `tokio` of the package `gen-runtime`
//~| help: add it in Cargo.toml: `gen-runtime = { .., features = ["tokio"] }`
//~| help: to run on the loop of gen, remove the option
fn main() {
    println!("never");
}
