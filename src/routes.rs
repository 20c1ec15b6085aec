//! All services of a server by their routes; never changed, only replaced whole.

use std::sync::Arc;

use http::{Method, request};

use crate::{
    error::{Error, ErrorKind},
    mount::Mount,
    pattern::{Pattern, segments},
    receive::{Captured, Script},
    router::Router,
    service::Errors,
};

/// Which service answers which request.
#[derive(Debug)]
pub(crate) struct Routes {
    router: Router<Vec<Arc<Mount>>>,
    /// What answers where no other route does.
    everything: Option<Arc<Mount>>,
    /// All of them, sorted by their routes.
    mounts: Vec<Arc<Mount>>,
    /// Who may see details of what is answered without a service.
    pub(crate) errors: Errors,
}

/// A request that has its service.
#[derive(Debug)]
pub(crate) struct Routed {
    pub(crate) mount: Arc<Mount>,
    pub(crate) captured: Captured,
}

/// A request without one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unrouted {
    /// No service answers the path.
    NoRoute,
    /// Services answer the path, by these methods.
    OtherMethods(Vec<Method>),
}

impl Routes {
    /// The set of these services.
    ///
    /// # Errors
    /// When two of them answer the same path and method.
    pub(crate) fn new(mounts: impl IntoIterator<Item = Arc<Mount>>, errors: Errors) -> Result<Self, Error> {
        let mut routes = Self { router: Router::new(), everything: None, mounts: Vec::new(), errors };
        for mount in mounts {
            routes.add(mount)?;
        }
        routes.mounts.sort_by_key(|mount| mount.pattern.as_ref().map(Pattern::to_string));
        Ok(routes)
    }

    fn add(&mut self, mount: Arc<Mount>) -> Result<(), Error> {
        self.mounts.push(Arc::clone(&mount));
        let Some(pattern) = &mount.pattern else {
            return match self.everything.replace(mount) {
                Some(_) => Err(overlap("every path")),
                None => Ok(()),
            };
        };
        match self.router.entry(pattern) {
            None => self.router.insert(pattern, vec![Arc::clone(&mount)]),
            Some(there) if there.iter().any(|other| other.meets(&mount)) => {
                return Err(overlap(&pattern.to_string()));
            }
            Some(there) => there.push(Arc::clone(&mount)),
        }
        Ok(())
    }

    pub(crate) fn mounts(&self) -> &[Arc<Mount>] {
        &self.mounts
    }

    /// The service of that request.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn find(&self, head: &request::Parts) -> Result<Routed, Unrouted> {
        match self.find_exactly(head) {
            Err(Unrouted::NoRoute) => self.everything(head),
            found => found,
        }
    }

    fn everything(&self, head: &request::Parts) -> Result<Routed, Unrouted> {
        let mount = self.everything.as_ref().ok_or(Unrouted::NoRoute)?;
        match mount.takes(&head.method) {
            true => Ok(Routed { mount: Arc::clone(mount), captured: Captured::default() }),
            false => Err(Unrouted::OtherMethods(mount.methods.clone())),
        }
    }

    fn find_exactly(&self, head: &request::Parts) -> Result<Routed, Unrouted> {
        let path = head.uri.path();
        let segments = segments(path).ok_or(Unrouted::NoRoute)?;
        let found = self.router.find(&segments).ok_or(Unrouted::NoRoute)?;
        let Some(mount) = found.value.iter().find(|mount| mount.takes(&head.method)) else {
            let methods = found.value.iter().flat_map(|mount| mount.methods.iter().cloned());
            return Err(Unrouted::OtherMethods(methods.collect()));
        };
        let (own, rest) = segments.split_at(found.own);
        let slash = if !rest.is_empty() && path.ends_with('/') { "/" } else { "" };
        let script = Script { name: joined(own), rest: joined(rest) + slash };
        let captured = Captured { parameters: found.parameters, script: Some(script) };
        Ok(Routed { mount: Arc::clone(mount), captured })
    }
}

/// `/a/b`, or nothing of no segments.
fn joined(segments: &[String]) -> String {
    segments.iter().flat_map(|segment| ["/", segment]).collect()
}

fn overlap(route: &str) -> Error {
    Error::new(ErrorKind::InvalidSetting, format!("two services both answer {route}"))
        .remedy("give them different routes, or different methods")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::{Method, Request, request};

    use super::{Routes, Unrouted};
    use crate::{
        error::Error,
        mount::{Mount, Route},
        pattern::Pattern,
        service::{Errors, Service},
        slots::Bounds,
    };

    fn routes(table: &[(Option<&str>, &[Method])]) -> Result<Routes, Error> {
        let service = Service::builder().command(["true"]).build().unwrap();
        let mounts = table.iter().map(|(pattern, methods)| {
            let pattern = pattern.map(|pattern| Pattern::parse(pattern).unwrap());
            let route = Route::new(service.clone()).methods(methods.iter().cloned());
            Arc::new(Mount::new(pattern, route, Bounds::default()))
        });
        Routes::new(mounts, Errors::Hide)
    }

    fn head(method: &Method, path: &str) -> request::Parts {
        Request::builder().method(method).uri(path).body(()).unwrap().into_parts().0
    }

    #[test]
    fn row_72_methods_share_a_route_and_any_other_is_refused() {
        let routes = routes(&[(Some("/a"), &[Method::GET]), (Some("/a"), &[Method::POST])]).unwrap();
        let methods = |method| routes.find(&head(&method, "/a")).map(|routed| routed.mount.methods.clone());
        assert_eq!(methods(Method::GET), Ok(vec![Method::GET]));
        assert_eq!(methods(Method::HEAD), Ok(vec![Method::GET]));
        assert_eq!(methods(Method::POST), Ok(vec![Method::POST]));
        let both = Unrouted::OtherMethods(vec![Method::GET, Method::POST]);
        assert_eq!(methods(Method::DELETE).unwrap_err(), both);
        assert_eq!(routes.find(&head(&Method::GET, "/b")).unwrap_err(), Unrouted::NoRoute);
    }

    #[test]
    fn attack_49_one_path_and_method_has_one_service() {
        let get = [Method::GET];
        for table in [
            [(Some("/a"), &[][..]), (Some("/a/"), &get[..])],
            [(Some("/[x]"), &get[..]), (Some("/[y]"), &[Method::HEAD, Method::GET][..])],
            [(Some("/a"), &[Method::HEAD][..]), (Some("/a"), &get[..])],
            [(Some("/a"), &get[..]), (Some("/a"), &[Method::HEAD][..])],
            [(None, &[][..]), (None, &[][..])],
        ] {
            let error = routes(&table).unwrap_err();
            assert!(error.is_invalid_setting());
            assert!(error.to_string().contains(" both answer "), "{error}");
        }
    }

    #[test]
    fn row_70_a_lone_service_answers_every_path_and_has_it_to_itself() {
        let routes = routes(&[(None, &[])]).unwrap();
        for path in ["/", "/a/b", "/..%2f", "*"] {
            let routed = routes.find(&head(&Method::PUT, path)).unwrap();
            assert_eq!(routed.captured.script, None, "{path}");
        }
    }

    #[test]
    fn row_45_the_path_is_the_scripts_and_what_follows_it() {
        let routes =
            routes(&[(Some("/git/[...path]"), &[]), (Some("/u/[id]"), &[]), (Some("/"), &[])]).unwrap();
        let table = [
            ("/git/r.git/info/", "/git", "/r.git/info/"),
            ("/git/a%20b", "/git", "/a b"),
            ("/u/7", "/u/7", ""),
            ("/u/7/", "/u/7", ""),
            ("/", "", ""),
        ];
        for (path, name, rest) in table {
            let script = routes.find(&head(&Method::GET, path)).unwrap().captured.script.unwrap();
            assert_eq!((script.name.as_str(), script.rest.as_str()), (name, rest), "{path}");
        }
    }
}
