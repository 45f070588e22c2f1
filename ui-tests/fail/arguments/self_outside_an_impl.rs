#[gen::coroutine]
fn method(&self) -> u32 {
//~^ rustc: `self` parameter is only allowed in associated functions
    1
}

fn main() {}
