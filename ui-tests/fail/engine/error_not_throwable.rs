struct Fault;

#[gen::engine]
fn engine() -> Result<(), Fault> {
    Err(Fault)
}

fn main() {}
