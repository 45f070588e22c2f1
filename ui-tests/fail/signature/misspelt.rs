#[gen::corutine]
//~^ rustc: cannot find `corutine` in `gen`
fn body() -> gen::Result {
    Ok(())
}

fn main() {}
