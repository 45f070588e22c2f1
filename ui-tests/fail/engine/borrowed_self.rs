struct Server;

impl Server {
    #[gen::engine]
    fn serve(&self) -> gen::Result {
    //~^ gen: an engine cannot borrow its arguments: it goes on when the call has returned
    //~| help: take `self: Rc<Self>`
        gen::yield_!(gen::moment())
    }
}

fn main() {}
