struct Fault;

fn check(n: u32) -> Result<u32, Fault> {
    n.checked_sub(1).ok_or(Fault)
}

#[gen::coroutine]
fn body(n: u32) -> gen::Result<u32> {
    Ok(check(n)?)
    //~^ rustc: `?` couldn't convert the error: `Fault: std::error::Error` is not satisfied
}

fn main() {}
