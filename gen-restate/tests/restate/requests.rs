//! Requests of strangers, and of servers that want something else.

use gen::yield_;
use gen_durable::step;
use gen_restate::Endpoint;
use http::{Method, Request, StatusCode};

use crate::stage::{connect, soon, Sent, Stage};

#[gen::coroutine]
fn order(id: u32) -> gen::Result<String> {
    yield_!(step("charge", move || async move { Ok(format!("order {id} is paid")) }))
}

fn endpoint() -> Endpoint {
    Endpoint::new().workflow("Order", order).workflow("Refund", order)
}

const V4: &str = "application/vnd.restate.endpointmanifest.v4+json";
const V3: &str = "application/vnd.restate.endpointmanifest.v3+json";

#[tokio::test]
async fn a_server_learns_of_all_workflows() {
    let mut stage = Stage::new(endpoint().suspend_after(std::time::Duration::from_secs(2))).await;
    let accept = format!("{V3}, {V4}");
    let (status, manifest) = stage.get("/discover", &[("accept", &accept)]).await;
    assert_eq!(status, StatusCode::OK);
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["protocolMode"], "BIDI_STREAM");
    assert_eq!((&manifest["minProtocolVersion"], &manifest["maxProtocolVersion"]), (&6.into(), &7.into()));
    let services = manifest["services"].as_array().unwrap();
    assert_eq!(services.len(), 2);
    for (service, name) in services.iter().zip(["Order", "Refund"]) {
        assert_eq!((&service["name"], &service["ty"]), (&name.into(), &"WORKFLOW".into()));
        assert_eq!(service["inactivityTimeout"], 2000);
        assert_eq!(service["handlers"][0]["name"], "run");
        assert_eq!(service["handlers"][0]["ty"], "WORKFLOW");
        assert_eq!(service["handlers"][1]["name"], "signal");
        assert_eq!(service["handlers"][1]["ty"], "SHARED");
    }
}

#[tokio::test]
async fn a_server_that_reads_another_manifest_is_told() {
    let mut stage = Stage::new(endpoint()).await;
    let content_type = |accept: &'static str| [("accept", accept)];
    assert_eq!(stage.get("/discover", &content_type(V3)).await.0, StatusCode::OK);
    assert_eq!(stage.get("/prefix/discover", &content_type(V4)).await.0, StatusCode::OK);
    assert_eq!(stage.get("/discover", &content_type("*/*")).await.0, StatusCode::OK);
    assert_eq!(stage.get("/discover", &[]).await.0, StatusCode::OK);
    let (status, why) =
        stage.get("/discover", &content_type("application/vnd.restate.endpointmanifest.v9+json")).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(why.contains("manifest"), "{why}");
}

#[tokio::test]
async fn a_request_that_means_nothing_gets_its_status() {
    let mut stage = Stage::new(endpoint()).await;
    let v6 = "application/vnd.restate.invocation.v6";
    let cases = [
        (Method::GET, "/health", v6, StatusCode::OK),
        (Method::POST, "/health", v6, StatusCode::METHOD_NOT_ALLOWED),
        (Method::POST, "/discover", v6, StatusCode::METHOD_NOT_ALLOWED),
        (Method::GET, "/invoke/Order/run", v6, StatusCode::METHOD_NOT_ALLOWED),
        (Method::POST, "/invoke/Unknown/run", v6, StatusCode::NOT_FOUND),
        (Method::POST, "/invoke/Unknown/signal", v6, StatusCode::NOT_FOUND),
        (Method::POST, "/invoke/Order/unknown", v6, StatusCode::NOT_FOUND),
        (Method::POST, "/invoke/Order", v6, StatusCode::NOT_FOUND),
        (Method::POST, "/invoke/Order/run/more", v6, StatusCode::NOT_FOUND),
        (Method::POST, "/", v6, StatusCode::NOT_FOUND),
        (Method::POST, "/invoke/%4Frder/run", v6, StatusCode::NOT_FOUND),
        (Method::POST, "/invoke/Order/run", "application/json", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (
            Method::POST,
            "/invoke/Order/run",
            "application/vnd.restate.invocation.v5",
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            Method::POST,
            "/invoke/Order/run",
            "application/vnd.restate.invocation.v99",
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
    ];
    for (method, path, content_type, status) in cases {
        let request =
            Request::builder().method(&method).uri(stage.url(path)).header("content-type", content_type);
        let answer = stage.request(request.body(Sent::empty()).unwrap()).await;
        assert_eq!(answer.status(), status, "{method} {path} {content_type}");
    }
    let request = Request::builder().method(Method::POST).uri(stage.url("/invoke/Order/run"));
    let answer = stage.request(request.body(Sent::empty()).unwrap()).await;
    assert_eq!(answer.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "no content type");
}

#[cfg(feature = "identity")]
#[tokio::test]
async fn a_request_that_no_server_has_signed_runs_nothing() {
    let key = "publickeyv1_w7YHemBctH5Ck2nQRQ47iBBqhNHy4FV7t2Usbye2A6f";
    let mut stage = Stage::new(endpoint().identity_key(key).unwrap()).await;
    assert_eq!(stage.get("/discover", &[]).await.0, StatusCode::UNAUTHORIZED);
    let signed = [("x-restate-signature-scheme", "v1"), ("x-restate-jwt-v1", "a.b.c")];
    assert_eq!(stage.get("/discover", &signed).await.0, StatusCode::UNAUTHORIZED);
    for path in ["/invoke/Order/run", "/invoke/Order/signal"] {
        let request = Request::builder().method(Method::POST).uri(stage.url(path));
        let request = request.header("content-type", "application/vnd.restate.invocation.v6");
        let answer = stage.request(request.body(Sent::empty()).unwrap()).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    // It tells nothing, and a program that looks after the process has no key.
    assert_eq!(stage.get("/health", &[]).await.0, StatusCode::OK);
    assert!(endpoint().identity_key("publickeyv1_x").is_err());
}

#[tokio::test]
async fn a_connection_of_another_protocol_harms_no_other_one() {
    use tokio::io::AsyncWriteExt;
    let stage = Stage::new(endpoint()).await;
    let mut stranger = tokio::net::TcpStream::connect(stage.address).await.unwrap();
    stranger.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut client = connect(stage.address).await;
    let request = Request::builder().uri(stage.url("/health")).body(Sent::empty()).unwrap();
    assert_eq!(soon(client.send_request(request)).await.unwrap().status(), StatusCode::OK);
}
