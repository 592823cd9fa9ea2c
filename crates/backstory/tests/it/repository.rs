//! `tell --repo`: commits as changes, what deploys ship, and what is wrong with a repository.

use std::fs;

use expect_test::expect;
use serde_json::{Value, json};

use crate::program::{Case, run};

fn repository_file(story: &Value) -> &Value {
    let files = story["coverage"]["files"].as_array().unwrap();
    files.iter().find(|f| f["kind"] == "changes (git repository)").unwrap()
}

fn refs(story: &Value, kind: &str) -> Vec<String> {
    let of_kind = story["suspects"]["changes"].as_array().unwrap().iter().filter(|c| c["kind"] == kind);
    of_kind.map(|c| c["ref"].as_str().unwrap().to_string()).collect()
}

/// The case with no other changes than these.
fn only(case: &Case, changes: &[Value]) {
    let text: String = changes.iter().map(|c| format!("{c}\n")).collect();
    fs::write(case.folder().join("evidence/changes.jsonl"), text).unwrap();
}

#[test]
fn commits_are_changes_and_raise_nothing() {
    let case = Case::quick("pool", 2);
    let without = case.tell(&["--output", "json"]).json();
    let with = case.tell(&["--repo", "repository.git", "--output", "json"]).json();
    let ids = |story: &Value| story["signals"].as_array().unwrap().iter().map(|s| s["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&without), ids(&with));
    let file = repository_file(&with);
    assert!(file["records"].as_u64().unwrap() > 3 && file["complaints"] == json!([]), "{file}");
    // What the changes tell already is not told twice.
    let all: Vec<String> = ["commit", "config", "dependency"].iter().flat_map(|kind| refs(&with, kind)).collect();
    let twice = all.iter().filter(|a| all.iter().any(|b| b.len() > a.len() && b.starts_with(a.as_str())));
    assert_eq!(twice.count(), 0, "{all:?}");
    assert!(all.iter().any(|r| r.len() == 40), "{all:?}");
}

#[test]
fn a_deploy_ships_the_commit_that_its_ref_names_in_short_in_full_or_by_tag() {
    let case = Case::quick("pool", 2);
    let packed = fs::read_to_string(case.folder().join("repository.git/packed-refs")).unwrap();
    let tags: Vec<(&str, &str)> = packed.lines().filter_map(|line| line.split_once(" refs/tags/")).collect();
    let (hash, tag) = tags.last().copied().unwrap();
    let time = case.truth().noticed_at.unwrap() - 40 * evidence::MINUTE;
    for reference in [tag, &hash[..8], hash] {
        only(&case, &[json!({"time": time.to_string(), "kind": "deploy", "service": "payments", "ref": reference})]);
        let story = case.tell(&["--repo", "repository.git", "--output", "json"]).json();
        assert_eq!(refs(&story, "deploy"), [reference]);
        let commits = refs(&story, "commit");
        assert!(commits.len() > 3 && !commits.iter().any(|c| c == hash || c == reference), "{reference}: {commits:?}");
    }
    // It stands apart where no deploy names it.
    only(&case, &[json!({"time": time.to_string(), "kind": "deploy", "service": "payments", "ref": "v0.0.0"})]);
    let story = case.tell(&["--repo", "repository.git", "--lookback", "400d", "--output", "json"]).json();
    assert!(refs(&story, "commit").iter().any(|c| c == hash));
}

#[test]
fn only_so_many_commits_are_taken_and_the_rest_is_counted() {
    let case = Case::quick("pool", 2);
    fs::write(case.folder().join("few.toml"), "[limits]\ncommits = 2\n").unwrap();
    let told = case.tell(&["--repo", "repository.git", "--config", "few.toml", "--output", "json"]).json();
    let all = case.tell(&["--repo", "repository.git", "--output", "json"]).json();
    let records = |story: &Value| repository_file(story)["records"].as_u64().unwrap();
    let dropped = told["coverage"]["limits"]["limits.commits"].as_u64().unwrap();
    assert_eq!(records(&told) + dropped, records(&all));
    assert!(all["coverage"]["limits"].get("limits.commits").is_none());
}

#[test]
fn a_repository_that_cannot_be_read_is_a_sentence_and_no_failure() {
    let case = Case::quick("pool", 2);
    let pack = fs::read_dir(case.folder().join("repository.git/objects/pack")).unwrap();
    for file in pack.map(|f| f.unwrap().path()) {
        fs::write(file, b"PACK").unwrap();
    }
    fs::create_dir(case.folder().join("nothing")).unwrap();
    let mut said = String::new();
    for folder in ["repository.git", "nothing", "no/such/folder", "evidence/changes.jsonl"] {
        let words = ["tell", "evidence", "--incident", "incident.yaml", "--repo", folder];
        let story = run(case.folder(), &[&words[..], &["--output", "json"]].concat()).well().json();
        assert_eq!(story["knew"]["verdict"], case.tell(&["--output", "json"]).json()["knew"]["verdict"]);
        let complaint = &repository_file(&story)["complaints"][0];
        said += &format!("{folder}: {}, {}\n", complaint["what"], complaint["count"]);
        let screen = run(case.folder(), &words).well().out;
        let words: Vec<&str> = screen.split_whitespace().collect();
        assert!(words.join(" ").contains(&format!("{folder}: could not be read")), "{screen}");
    }
    expect![[r#"
        repository.git: "could not be read", 1
        nothing: "could not be read", 1
        no/such/folder: "could not be read", 1
        evidence/changes.jsonl: "could not be read", 1
    "#]]
    .assert_eq(&said);
}

#[test]
fn a_rollout_that_kubernetes_tells_ships_the_commit_of_its_image() {
    let case = Case::quick("pool", 2);
    let packed = fs::read_to_string(case.folder().join("repository.git/packed-refs")).unwrap();
    let hash = packed.lines().find_map(|line| line.strip_suffix(" refs/heads/main")).unwrap();
    let time = (case.truth().noticed_at.unwrap() - 40 * evidence::MINUTE).floor(evidence::SECOND);
    let image = format!("shop/payments:{}", &hash[..10]);
    let set = json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": {"name": "payments-7c9d8b6f5e", "creationTimestamp": time.to_string(), "labels": {"app": "payments"}},
        "spec": {"template": {"spec": {"containers": [{"name": "payments", "image": image}]}}}
    });
    let list = json!({"apiVersion": "v1", "items": [set], "kind": "List"});
    fs::remove_file(case.folder().join("evidence/changes.jsonl")).unwrap();
    fs::write(case.folder().join("evidence/sets.json"), serde_json::to_string_pretty(&list).unwrap()).unwrap();
    let story = case.tell(&["--repo", "repository.git", "--output", "json"]).json();
    assert_eq!(refs(&story, "deploy"), [&hash[..10]]);
    assert!(!refs(&story, "commit").iter().any(|c| c == hash));
    let changes = story["suspects"]["changes"].as_array().unwrap();
    let deploy = changes.iter().find(|c| c["kind"] == "deploy").unwrap();
    assert_eq!((&deploy["service"], deploy["time"].as_str().unwrap()), (&json!("payments"), time.to_string().as_str()));
}
