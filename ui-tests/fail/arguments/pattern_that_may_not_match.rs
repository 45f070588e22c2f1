//@ rustc: it calls the argument a local binding, for it is moved into the machine as one

#[gen::coroutine]
fn body(Some(n): Option<u32>) -> gen::Result {
//~^ rustc: refutable pattern in local binding
    drop(n);
    Ok(())
}

fn main() {}
