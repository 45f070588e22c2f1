#[gen::main]
unsafe fn main() {}
//~^ gen: `main` cannot be `unsafe`: its caller is not yours
//~| help: remove `unsafe`
