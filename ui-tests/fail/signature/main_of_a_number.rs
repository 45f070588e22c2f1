#[gen::main]
fn main() -> u32 {
//~^ rustc: `main` has invalid return type `u32`
    1
}
