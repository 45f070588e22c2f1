use std::rc::Rc;

#[gen::coroutine]
fn local() -> gen::Result<Rc<u32>> {
    Ok(Rc::new(1))
}

fn main() {
    drop(gen::spawn(local()));
    //~^ rustc: `Rc<u32>` cannot be sent between threads safely
}
