struct Server;

impl Server {
    #[gen::engine]
    fn serve(&self) -> gen::Result {
    //~^ gen: an engine cannot borrow its arguments: it may run on after its call has returned
    //~| help: take `self: Rc<Self>`
        gen::yield_!(gen::moment())
    }
}

fn main() {}
