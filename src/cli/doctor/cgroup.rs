//! What the control group of this process may have, by either version of control groups (cgroups(7)).

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What is bounded.
#[derive(Clone, Copy, Debug)]
pub(super) enum Controller {
    Processes,
    Memory,
}

/// Version 1 has no word for "no limit" of memory but a number that no machine has.
const NO_LIMIT: u64 = 1 << 60;

/// The lowest limit of the group and of those above it; none where none of them has one. `root` is where control
/// groups are mounted, `memberships` the text of `/proc/self/cgroup`.
pub(super) fn lowest(root: &Path, memberships: &str, controller: Controller) -> Option<u64> {
    let mut lowest = None;
    for line in memberships.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { continue };
        for (mount, file) in places(root, controllers, controller) {
            let group = mount.join(path.trim_start_matches('/'));
            // In a container the path may be that of the host, and then the root is the container's own.
            let groups = group.ancestors().take_while(|group| group.starts_with(&mount));
            lowest = lowest.into_iter().chain(groups.filter_map(|group| limit(&group.join(file)))).min();
        }
    }
    lowest
}

/// Where such a group is mounted, and the file that has its limit.
fn places(root: &Path, controllers: &str, controller: Controller) -> Vec<(PathBuf, &'static str)> {
    let (name, first, second) = match controller {
        Controller::Processes => ("pids", "pids.max", "pids.max"),
        Controller::Memory => ("memory", "memory.limit_in_bytes", "memory.max"),
    };
    match controllers {
        "" => vec![(root.to_owned(), second), (root.join("unified"), second)],
        some if some.split(',').any(|controller| controller == name) => vec![(root.join(name), first)],
        _ => Vec::new(),
    }
}

fn limit(file: &Path) -> Option<u64> {
    let limit = fs::read_to_string(file).ok()?.trim().parse().ok()?;
    (limit < NO_LIMIT).then_some(limit)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::{Controller, lowest};

    fn place(root: &Path, file: &str, text: &str) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn the_lowest_limit_on_the_way_up_counts() {
        let root = tempfile::tempdir().unwrap();
        place(root.path(), "a/b/memory.max", "max\n");
        place(root.path(), "a/memory.max", "2000\n");
        place(root.path(), "memory.max", "3000\n");
        place(root.path(), "a/b/pids.max", "64\n");
        let lowest = |controller| lowest(root.path(), "0::/a/b\n", controller);
        assert_eq!(lowest(Controller::Memory), Some(2000));
        assert_eq!(lowest(Controller::Processes), Some(64));
    }

    #[test]
    fn version_1_has_a_mount_for_each_controller() {
        let root = tempfile::tempdir().unwrap();
        let memberships = "4:memory,other:/x\n8:pids:/y/z\n0::/\n";
        place(root.path(), "memory/x/memory.limit_in_bytes", "9223372036854771712\n");
        place(root.path(), "pids/y/pids.max", "max\n");
        place(root.path(), "unified/pids.max", "100\n");
        assert_eq!(lowest(root.path(), memberships, Controller::Memory), None);
        assert_eq!(lowest(root.path(), memberships, Controller::Processes), Some(100));
        place(root.path(), "memory/memory.limit_in_bytes", "5000\n");
        assert_eq!(lowest(root.path(), memberships, Controller::Memory), Some(5000));
        assert_eq!(lowest(root.path(), "nonsense", Controller::Memory), None);
    }
}
