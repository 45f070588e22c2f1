#[gen::engine]
fn engine() {
    42
    //~^ rustc: mismatched types
}

fn main() {}
