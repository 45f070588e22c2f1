//! The shop and both replicas of the warehouse on this machine, each on a port of its own.

use std::sync::Arc;
use std::time::Duration;

use r#gen::supervise::SupervisorHandle;
use r#gen::{self as g, yield_};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::metrics::Metrics;
use crate::warehouse::{Replica, Stock, Warehouse};
use crate::{Shop, background, diagnostics, service};

/// The running services.
pub struct Loopback {
    /// The address of the shop.
    pub url: String,
    /// The warehouse behind the replicas.
    pub warehouse: Arc<Warehouse>,
    /// The address of the dumps, if they are served.
    pub dumps: Option<String>,
    /// The address of the metrics, which are served with the dumps.
    pub metrics: Option<String>,
    /// The replicas.
    pub replicas: [Arc<Replica>; 2],
    /// The parts that run beside the requests.
    pub background: SupervisorHandle<'static>,
    tasks: [g::JoinHandle<()>; 2],
    running: g::JoinHandle<()>,
    diagnostics: Option<g::JoinHandle<()>>,
    client: reqwest::Client,
    service: g::JoinHandle<()>,
    stop: CancellationToken,
}

impl Loopback {
    /// Starts the services, as tasks of the runtime.
    #[g::coroutine]
    pub fn start(patience: Duration) -> g::Result<Loopback> {
        yield_!(Loopback::start_with(patience, None))
    }

    /// As `start`, and serves the [dumps and the metrics](diagnostics) of the requests.
    #[g::coroutine]
    pub fn start_with_dumps(patience: Duration) -> g::Result<Loopback> {
        yield_!(Loopback::start_with(patience, Some(g::TaskTracker::new())))
    }

    #[g::coroutine]
    fn start_with(patience: Duration, requests: Option<g::TaskTracker>) -> g::Result<Loopback> {
        let warehouse = Warehouse::new();
        let replicas = [Replica::new(&warehouse), Replica::new(&warehouse)];
        let (first, second) = yield_!((listen(), listen()))?;
        let tasks = [
            g::spawn(g::ok(replicas[0].clone().serve(first.0))),
            g::spawn(g::ok(replicas[1].clone().serve(second.0))),
        ];
        let shop = Arc::new(Shop::new([first.1, second.1], patience));
        let (listener, url) = yield_!(listen())?;
        let stop = CancellationToken::new();
        let (mut dumps, mut metrics, mut diagnostics, mut recorded) = (None, None, None, None);
        if let Some(requests) = requests.clone() {
            let (listener, url) = yield_!(listen())?;
            dumps = Some(format!("{url}/dump"));
            metrics = Some(format!("{url}/metrics"));
            let recorder = Metrics::install();
            let stop = stop.clone().cancelled_owned();
            diagnostics = Some(g::spawn(diagnostics::serve(listener, requests, recorder.clone(), stop)));
            recorded = Some(recorder);
        }
        let (background, running) = background::start(&shop, recorded);
        let (health, stopped) = (background.health(), stop.clone().cancelled_owned());
        let service = g::spawn(service::serve(listener, shop, health, requests, stopped));
        let client = reqwest::Client::new();
        Ok(Loopback {
            url,
            warehouse,
            dumps,
            metrics,
            replicas,
            background,
            tasks,
            running,
            diagnostics,
            client,
            service,
            stop,
        })
    }

    /// Ends a replica, which refuses connections from now on.
    #[g::coroutine]
    pub fn take_down(&self, replica: usize) -> g::Result {
        yield_!(self.tasks[replica].cancel("the replica is taken down"))
    }

    /// Sends a request, and gives the status and the text of the answer.
    #[g::coroutine]
    pub fn get(&self, path: &str) -> g::Result<(u16, String)> {
        yield_!(self.get_from(format!("{}{path}", self.url)))
    }

    /// Asks where each request waits. Gives the status and the text of the answer.
    ///
    /// # Errors
    ///
    /// If the dumps are not served.
    #[g::coroutine]
    pub fn dump(&self) -> g::Result<(u16, String)> {
        let Some(url) = self.dumps.clone() else { g::bail!("the dumps are not served") };
        yield_!(self.get_from(url))
    }

    /// Asks for the metrics. Gives the status and the text of the answer.
    ///
    /// # Errors
    ///
    /// If the metrics are not served.
    #[g::coroutine]
    pub fn read_metrics(&self) -> g::Result<(u16, String)> {
        let Some(url) = self.metrics.clone() else { g::bail!("the metrics are not served") };
        yield_!(self.get_from(url))
    }

    #[g::coroutine]
    fn get_from(&self, url: String) -> g::Result<(u16, String)> {
        let response = yield_!(self.client.get(url).send())?;
        let status = response.status().as_u16();
        Ok((status, yield_!(response.text())?))
    }

    /// Starts a customer that buys tea. The status of the answer is the result of the task.
    pub fn customer(&self, path: &str) -> g::JoinHandle<u16> {
        let request = self.client.post(format!("{}{path}", self.url));
        g::spawn(async { request.send().await.map(|response| response.status().as_u16()) })
    }

    /// Lets customers come, wait for their approvals, and go away without a word. Ends when the
    /// warehouse waits for none of them any more.
    #[g::coroutine]
    pub fn customers_leave(&self, customers: usize, path: &str) -> g::Result<()> {
        let came: Vec<_> = (0..customers).map(|_| self.customer(path)).collect();
        yield_!(self.warehouse.until(|stock| stock.waiting == customers))?;
        // A plain future cannot clean up: its cancellation drops it, which closes the connection.
        let left: Vec<_> = came.iter().map(|customer| customer.cancel("the customer left")).collect();
        yield_!(left)?;
        yield_!(self.warehouse.until(|stock| stock.waiting == 0))?;
        Ok(())
    }

    /// Shuts the shop down, waits for its end, and gives the stock.
    #[g::coroutine]
    pub fn stop(self) -> g::Result<Stock> {
        self.stop.cancel();
        yield_!(self.service)?;
        yield_!(self.diagnostics)?;
        yield_!(self.running.cancel("the shop is closed"))?;
        Ok(self.warehouse.stock())
    }
}

#[g::coroutine]
fn listen() -> g::Result<(TcpListener, String)> {
    let listener = yield_!(TcpListener::bind("127.0.0.1:0"))?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}
