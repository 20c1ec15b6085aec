//! Parameters against a JSON Schema: what services are given, what is refused, and the interface that is printed.

mod hostile;
mod openapi;
mod served;

use bytes::Bytes;
use http::{Request, Response, request};
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use stackvana::{Body, Service, Stack};

use crate::harness::Folder;

/// A person, and how many of them.
const PERSON: &str = r##"{
    "properties": {
        "age": { "type": "integer", "minimum": 0 },
        "admin": { "type": "boolean", "default": false },
        "tags": { "type": "array", "items": { "type": "integer" }, "maxItems": 3 },
        "name": { "type": "string", "pattern": "^(a+)+$" },
        "at": { "properties": { "x": { "type": "number" }, "y": { "type": "number", "default": 0.5 } } },
        "friend": { "$ref": "#" }
    },
    "required": ["age"]
}"##;

/// A service that notes its start and answers with its request document.
struct Noting {
    folder: Folder,
    stack: Stack,
}

impl Noting {
    fn new(schema: &str) -> Self {
        Self::with(schema, |builder| builder.parse())
    }

    fn with(schema: &str, adjust: impl FnOnce(stackvana::Builder) -> stackvana::Builder) -> Self {
        let folder = Folder::new();
        let script = format!("echo >> '{}'; cat /dev/fd/4", folder.path("starts"));
        let builder = Service::builder().command(["sh", "-c", &script]).document().schema(schema);
        let service = adjust(builder).build().unwrap();
        let stack =
            Stack::builder().route("/", service.clone()).route("/people/[age]", service).build().unwrap();
        Self { folder, stack }
    }

    async fn send(&self, request: request::Builder, body: impl Into<Bytes>) -> Response<Body> {
        let request = request.header("Host", "localhost").body(Full::<Bytes>::new(body.into())).unwrap();
        self.stack.answer(request).await
    }

    /// The parameters that the service was given, as JSON.
    async fn params(&self, request: request::Builder, body: impl Into<Bytes>) -> Value {
        let response = self.send(request, body).await;
        let status = response.status();
        let page = text(response).await;
        assert_eq!(status, 200, "{page}");
        serde_json::from_str::<Value>(&page).unwrap()["params"].clone()
    }

    /// The list of failures of a request for which nothing was started.
    async fn refuses(&self, request: request::Builder, body: impl Into<Bytes>) -> Vec<(String, String)> {
        let before = self.folder.lines("starts");
        let response = self.send(request, body).await;
        let kind =
            (response.status().as_u16(), response.headers()["x-stack-error"].to_str().unwrap().to_owned());
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let page: Value = serde_json::from_str(&text(response).await).unwrap();
        assert_eq!(kind, (400, "invalid-parameters".to_owned()), "{page:#}");
        assert_eq!(self.folder.lines("starts"), before, "nothing is started");
        let errors = page["errors"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        errors.map(|error| (text(&error["pointer"]), text(&error["detail"]))).collect()
    }
}

async fn text(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.expect("the body is whole").to_bytes();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn get(address: &str) -> request::Builder {
    Request::get(address)
}

fn post(media_type: &str) -> request::Builder {
    Request::post("/").header("Content-Type", media_type)
}
