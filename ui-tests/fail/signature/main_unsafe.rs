#[gen::main]
unsafe fn main() {}
//~^ gen: `main` cannot be `unsafe`: its caller cannot know what it requires
//~| help: remove `unsafe`
