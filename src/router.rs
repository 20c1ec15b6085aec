//! From a path to what answers it: a tree of routes that is built once and only read afterwards.
//! Static segments are tried before `[id]`, and `[id]` before `[...rest]`.

use std::collections::HashMap;

use crate::pattern::{Pattern, Segment};

/// Values by the paths that they answer.
///
/// A crate's router would be taken, but those that are kept refuse `[id]` beside `[...rest]`, which a folder of
/// services may have.
#[derive(Debug)]
pub(crate) struct Router<T> {
    root: Node<T>,
}

#[derive(Debug)]
struct Node<T> {
    statics: HashMap<String, Node<T>>,
    parameter: Option<Box<Node<T>>>,
    rest: Option<Leaf<T>>,
    here: Option<Leaf<T>>,
}

#[derive(Debug)]
struct Leaf<T> {
    pattern: Pattern,
    value: T,
}

/// A path that has a route.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found<'a, T> {
    pub(crate) value: &'a T,
    /// What `[id]` and `[...rest]` stand for in this path.
    pub(crate) parameters: Vec<(String, String)>,
    /// How many segments stand before those of `[...rest]`; all of them without one.
    pub(crate) own: usize,
}

impl<T> Router<T> {
    pub(crate) fn new() -> Self {
        Self { root: Node::new() }
    }

    /// The place of that route, and whose it is when it is taken: by a route that answers the same paths, whatever
    /// its parameters are called.
    pub(crate) fn entry(&mut self, pattern: &Pattern) -> Option<&mut T> {
        self.root.leaf(pattern.segments()).as_mut().map(|leaf| &mut leaf.value)
    }

    /// Adds a route, in place of one that answers the same paths.
    pub(crate) fn insert(&mut self, pattern: &Pattern, value: T) {
        *self.root.leaf(pattern.segments()) = Some(Leaf { pattern: pattern.clone(), value });
    }

    /// The route of a path that was split into its decoded segments.
    pub(crate) fn find(&self, path: &[String]) -> Option<Found<'_, T>> {
        let leaf = self.root.find(path)?;
        let mut found = Found { value: &leaf.value, parameters: Vec::new(), own: path.len() };
        for (at, segment) in leaf.pattern.segments().iter().enumerate() {
            match segment {
                Segment::Static(_) => {}
                Segment::Parameter(name) => found.parameters.push((name.clone(), path[at].clone())),
                Segment::Rest(name) => {
                    found.parameters.push((name.clone(), path[at..].join("/")));
                    found.own = at;
                }
            }
        }
        Some(found)
    }
}

impl<T> Node<T> {
    fn new() -> Self {
        Self { statics: HashMap::new(), parameter: None, rest: None, here: None }
    }

    fn leaf(&mut self, segments: &[Segment]) -> &mut Option<Leaf<T>> {
        let Some((first, rest)) = segments.split_first() else { return &mut self.here };
        match first {
            Segment::Static(text) => self.statics.entry(text.clone()).or_insert_with(Self::new).leaf(rest),
            Segment::Parameter(_) => self.parameter.get_or_insert_with(|| Box::new(Self::new())).leaf(rest),
            Segment::Rest(_) => &mut self.rest,
        }
    }

    /// Goes as deep as the routes do, and looks at no node twice.
    fn find(&self, path: &[String]) -> Option<&Leaf<T>> {
        let Some((first, rest)) = path.split_first() else { return self.here.as_ref() };
        let fixed = self.statics.get(first).and_then(|node| node.find(rest));
        let parameter = || self.parameter.as_ref().and_then(|node| node.find(rest));
        fixed.or_else(parameter).or(self.rest.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::Router;
    use crate::pattern::{Pattern, segments};

    fn router(routes: &[&'static str]) -> Router<&'static str> {
        let mut router = Router::new();
        for &route in routes {
            let pattern = Pattern::parse(route).unwrap();
            assert!(router.entry(&pattern).is_none(), "{route}");
            router.insert(&pattern, route);
        }
        router
    }

    fn find(router: &Router<&'static str>, path: &str) -> Option<(&'static str, String, usize)> {
        let path = segments(path)?;
        let found = router.find(&path)?;
        let parameters: Vec<_> =
            found.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Some((*found.value, parameters.join("&"), found.own))
    }

    #[test]
    fn row_70_static_beats_one_segment_beats_the_rest() {
        let router = router(&[
            "/",
            "/[id]",
            "/[...rest]",
            "/users/me",
            "/users/[id]",
            "/users/[user]/posts",
            "/a/[...rest]",
            "/a/[b]/c",
        ]);
        let table = [
            ("/", "/", "", 0),
            ("/x", "/[id]", "id=x", 1),
            ("/x/", "/[id]", "id=x", 1),
            ("/x/y", "/[...rest]", "rest=x/y", 0),
            ("/users/me", "/users/me", "", 2),
            ("/users/5", "/users/[id]", "id=5", 2),
            ("/users/me/posts", "/users/[user]/posts", "user=me", 3),
            ("/users/5/nothing", "/[...rest]", "rest=users/5/nothing", 0),
            ("/users", "/[id]", "id=users", 1),
            ("/a/1/c", "/a/[b]/c", "b=1", 3),
            ("/a/1/d", "/a/[...rest]", "rest=1/d", 1),
            ("/a%20b", "/[id]", "id=a b", 1),
        ];
        for (path, route, parameters, own) in table {
            assert_eq!(find(&router, path), Some((route, parameters.to_owned(), own)), "{path}");
        }
    }

    #[test]
    fn row_70_only_exact_routes_answer() {
        let router = router(&["/a/b", "/files/[...rest]"]);
        for path in ["/", "/a", "/a/b/c", "/A/b", "/files", "/a//b", "/a/b.py"] {
            assert_eq!(find(&router, path), None, "{path}");
        }
    }

    #[test]
    fn attack_49_routes_that_answer_the_same_paths_are_one_place() {
        let mut router = router(&["/users/[id]", "/a/[...rest]"]);
        for (same, taken) in [("/users/[name]/", "/users/[id]"), ("/a/[...all]", "/a/[...rest]")] {
            assert_eq!(router.entry(&Pattern::parse(same).unwrap()), Some(&mut { taken }));
        }
        assert!(router.entry(&Pattern::parse("/users/[id]/x").unwrap()).is_none());
    }
}
