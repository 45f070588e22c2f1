struct View<'a>(&'a str);

#[gen::engine]
fn engine(view: View<'_>) {
//~^ gen: an engine cannot borrow its arguments: it goes on when the call has returned
//~| help: take the value itself, an `Rc`, or a reference that is `'static`
    println!("{}", view.0);
}

fn main() {}
