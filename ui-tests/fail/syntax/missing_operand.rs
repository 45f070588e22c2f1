#[gen::coroutine]
fn body() -> gen::Result {
    let n = 1 + ;
    //~^ rustc: expected expression, found `;`
    drop(n);
    Ok(())
}

fn main() {}
