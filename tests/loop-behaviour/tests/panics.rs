//! A panic of the future that a blocking call waits for goes on in the caller.
use std::panic::{catch_unwind, panic_any, AssertUnwindSafe};

use gen::IoLoop;
use loop_behaviour::Order;

#[test]
fn a_panic_in_the_future_of_run_sync_goes_on_in_its_caller() {
    let (io_loop, order) = (IoLoop::new(), Order::new());
    let inner = order.clone();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        io_loop.run_sync(async {
            IoLoop::current().unwrap().add_callback(inner.note("a"));
            gen::moment().await?;
            if true {
                panic_any(42);
            }
            Ok::<(), gen::Error>(())
        })
    }));
    assert_eq!(caught.unwrap_err().downcast_ref::<i32>(), Some(&42));
    assert_eq!(order.text(), "a");
    // The loop still works.
    assert!(IoLoop::current().is_none());
    io_loop.run_sync(async { gen::moment().await }).unwrap();
}

#[test]
fn a_panic_in_the_future_of_run_sync_timeout_goes_on_in_its_caller() {
    let io_loop = IoLoop::new();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        io_loop.run_sync_timeout(std::time::Duration::from_secs(1), async {
            if true {
                panic!("within the limit");
            }
            Ok::<(), gen::Error>(())
        })
    }));
    assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"within the limit"));
}
