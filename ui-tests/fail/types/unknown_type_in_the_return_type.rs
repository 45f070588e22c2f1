#[gen::coroutine]
fn unknown(n: u32) -> gen::Result<Absent> {
//~^ rustc: cannot find type `Absent` in this scope
    n
}

fn main() {}
