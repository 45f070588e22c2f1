struct Server;

impl Server {
    #[gen::engine]
    fn serve(&self) -> gen::Result {
        gen::yield_!(gen::moment())
    }
}

fn main() {}
