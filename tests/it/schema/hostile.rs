//! What a client does to wear the check out.

use serde_json::json;

use super::{Noting, PERSON, get, post};

#[tokio::test]
async fn attack_28_a_pattern_does_not_backtrack() {
    let service = Noting::new(PERSON);
    // Were it not linear, the runner's limit on a test's time would meet it here.
    let name = "a".repeat(50_000);
    let found =
        service.refuses(post("application/x-www-form-urlencoded"), format!("age=1&name={name}!")).await;
    assert_eq!(found, [("/name".to_owned(), "name does not match \"^(a+)+$\"".to_owned())]);
    let params = service.params(post("application/json"), format!(r#"{{"age":1,"name":"{name}"}}"#)).await;
    assert_eq!(params["name"], name);
}

#[tokio::test]
async fn attack_28_depth_breadth_and_length_are_bounded() {
    let service = Noting::new(PERSON);
    let deep = format!("{}{}", r#"{"age":1,"friend":"#.repeat(90), "1".to_owned() + &"}".repeat(90));
    assert_eq!(service.params(post("application/json"), deep).await["friend"]["age"], 1);
    let names: String = (0..999).map(|at| format!("&p{at}=x")).collect();
    assert_eq!(service.params(get(&format!("/?age=1{names}")), "").await["p998"], "x");
    let tags = format!(r#"{{"age":1,"tags":[{}1]}}"#, "\"x\",".repeat(20_000));
    assert_eq!(service.refuses(post("application/json"), tags).await.len(), 100);
    let many = format!(r#"{{"age":1,"tags":[{}1]}}"#, "1,".repeat(200_000));
    let found = service.refuses(post("application/json"), many).await;
    assert!(found[0].1.contains("more than 100000 values"), "{found:?}");
}

#[tokio::test]
async fn attack_28_a_name_that_comes_twice_is_not_read_in_two_ways() {
    let service = Noting::new(r#"{"properties": {"user": {"properties": {"role": {"enum": ["guest"]}}}}}"#);
    let twice = r#"{"user":{"role":"admin","role":"guest"}}"#;
    let found = service.refuses(post("application/json"), twice).await;
    assert_eq!(found[0].0, "/user");
    let params = service.params(post("application/json"), r#"{"user":1,"user":{"role":"guest"}}"#).await;
    assert_eq!(params, json!({ "user": { "role": "guest" } }));
}

#[tokio::test]
async fn attack_06_names_of_parameters_are_data_in_the_list() {
    let service = Noting::new(r#"{"additionalProperties": {"type": "integer"}}"#);
    let found = service.refuses(get("/?__proto__=x&a%0d%0aSet-Cookie:b=x&%22%3Cscript%3E=x"), "").await;
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|(_, detail)| !detail.contains(['\r', '\n'])), "{found:?}");
}
