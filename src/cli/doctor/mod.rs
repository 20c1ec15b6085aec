//! `stack doctor`: what is missing, slow or in the way, each with its remedy. Looks, and changes nothing but the
//! cache folder, which every start makes.

mod cgroup;
mod environment;
mod finding;
mod folders;
mod kernel;
mod languages;
mod limits;
mod program;
mod proxy;
mod report;
mod stream;

use std::{env, process::ExitCode};

use self::finding::Level;
use crate::{
    cli::{args::DoctorArguments, say},
    find,
};

/// Looks at everything, and prints what was found. The exit code is 1 when something is a problem.
pub(super) async fn doctor(arguments: &DoctorArguments) -> anyhow::Result<ExitCode> {
    let url = arguments.url.as_deref().map(stream::parse).transpose()?;
    let uploads = arguments.temp_dir.clone().unwrap_or_else(env::temp_dir);
    let installed = find::languages(|_| true);
    let mut findings = program::findings();
    findings.extend(languages::findings(&installed));
    findings.extend(environment::findings(&installed));
    findings.extend(folders::findings(&uploads));
    findings.extend(limits::findings());
    findings.extend(kernel::findings());
    if let Some(url) = &url {
        findings.push(proxy::finding(url).await);
    }
    match arguments.json {
        true => say::out(&report::json(&findings)),
        false => say::out(&report::text(&findings)),
    }
    Ok(match findings.iter().any(|finding| finding.level == Level::Problem) {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}
