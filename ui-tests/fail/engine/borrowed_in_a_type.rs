struct View<'a>(&'a str);

#[gen::engine]
fn engine(view: View<'_>) {
//~^ gen: an engine cannot borrow its arguments: it may run on after its call has returned
//~| help: take an owned value, an `Rc`, or a `'static` reference
    println!("{}", view.0);
}

fn main() {}
