//! The container engine and Compose, where `[env]` is configured.

use xtask_core::gate::{Context, Need, NeedState};

use crate::probe::{Answer, ask};
use crate::version::Version;

/// Whether an engine and a Compose answer.
pub(crate) fn needs(cx: &Context) -> Vec<Need> {
    let why = match cx.project() {
        Ok(project) => match project.compose.first() {
            // A Compose file alone needs nothing: nobody here starts it.
            _ if !cx.config.has("env") => return Vec::new(),
            Some(path) => path.to_string(),
            None => "env".to_owned(),
        },
        Err(problem) => {
            return vec![Need {
                name: "the list of tracked files".to_owned(),
                by: "all gates".to_owned(),
                state: NeedState::Unmet {
                    why: format!("{}: {}", problem.what, problem.why),
                    fix: if problem.fix.is_empty() { "git status".to_owned() } else { problem.fix },
                },
            }];
        }
    };
    // The server's version: a client alone runs nothing.
    let docker = ask(cx, "docker", &["version", "--format", "{{.Server.Version}}"]);
    let podman = match &docker {
        Answer::Said(_) => Answer::Absent,
        _ => ask(cx, "podman", &["version", "--format", "{{.Client.Version}}"]),
    };
    let (engine, program) = judge(&docker, &podman);
    let mut needs = vec![Need { name: "a container engine".to_owned(), by: why.clone(), state: engine }];
    if let Some(program) = program {
        let plugin = ask(cx, program, &["compose", "version", "--short"]);
        let state = judge_compose(&plugin, || ask(cx, "docker-compose", &["version", "--short"]));
        needs.push(Need { name: "Compose".to_owned(), by: why, state });
    }
    needs
}

/// The state of the engine, and the program to call where one answers.
fn judge(docker: &Answer, podman: &Answer) -> (NeedState, Option<&'static str>) {
    let met = |name: &str, version: &str| NeedState::Met { found: format!("{name} {version}") };
    let start =
        if cfg!(target_os = "linux") { "sudo systemctl start docker" } else { "start Docker Desktop" };
    match (docker, podman) {
        (Answer::Said(version), _) => (met("Docker", version), Some("docker")),
        (_, Answer::Said(version)) => (met("Podman", version), Some("podman")),
        (Answer::Failed(why), _) => (
            NeedState::Unmet {
                why: format!("Docker's client is there, and no engine answers: {why}"),
                fix: start.to_owned(),
            },
            None,
        ),
        (Answer::Absent, Answer::Failed(why)) => (
            NeedState::Unmet {
                why: format!("Podman doesn't answer: {why}"),
                fix: "podman info".to_owned(),
            },
            None,
        ),
        (Answer::Absent, Answer::Absent) => (
            NeedState::Unmet {
                why: "neither docker nor podman is on PATH".to_owned(),
                fix: "install Docker Engine (https://docs.docker.com/engine/install) or Podman (https://podman.io)".to_owned(),
            },
            None,
        ),
    }
}

fn judge_compose(plugin: &Answer, standalone: impl FnOnce() -> Answer) -> NeedState {
    let found =
        |text: &str| Version::find(text).map_or_else(|| text.to_owned(), |version| version.to_string());
    if let Answer::Said(text) = plugin {
        return NeedState::Met { found: found(text) };
    }
    match standalone() {
        Answer::Said(text) => NeedState::Met { found: format!("docker-compose {}", found(&text)) },
        _ => NeedState::Unmet {
            why: "the engine has no `compose` command, and there is no docker-compose".to_owned(),
            fix: "install Docker's Compose plugin (https://docs.docker.com/compose/install)".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_counts_when_it_answers() {
        let said = |text: &str| Answer::Said(text.to_owned());
        let failed = || Answer::Failed("Cannot connect to the Docker daemon".to_owned());
        for (docker, podman, program, part) in [
            (said("20.10.24"), Answer::Absent, Some("docker"), "Docker 20.10.24"),
            (failed(), said("5.0.0"), Some("podman"), "Podman 5.0.0"),
            (failed(), Answer::Absent, None, "no engine answers"),
            (Answer::Absent, failed(), None, "Podman doesn't answer"),
            (Answer::Absent, Answer::Absent, None, "neither"),
        ] {
            let (state, found) = judge(&docker, &podman);
            assert_eq!(found, program);
            assert!(format!("{state:?}").contains(part), "{state:?}");
        }
    }

    #[test]
    fn either_compose_will_do() {
        let said = |text: &str| Answer::Said(text.to_owned());
        let met = |found: &str| NeedState::Met { found: found.to_owned() };
        assert_eq!(judge_compose(&said("v2.26.1"), || Answer::Absent), met("2.26.1"));
        assert_eq!(judge_compose(&Answer::Absent, || said("1.29.2")), met("docker-compose 1.29.2"));
        assert!(matches!(judge_compose(&Answer::Absent, || Answer::Absent), NeedState::Unmet { .. }));
    }
}
