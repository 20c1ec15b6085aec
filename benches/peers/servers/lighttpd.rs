//! lighttpd with mod_cgi.

use super::{Connections, Server, command, descriptors, find};

pub(super) const SERVER: Server = Server {
    name: "lighttpd, mod_cgi",
    word: "lighttpd",
    programs: &["lighttpd"],
    packages: "lighttpd",
    connections: Connections::Kept,
    commands: |place| {
        let (folder, www, port) = (place.folder.display(), place.www.display(), place.port);
        // It does not start where it may not have as many, and takes half as many connections.
        let descriptors = descriptors().min(24576);
        let connections = descriptors / 2;
        let configuration = place.write(
            "lighttpd.conf",
            &format!(
                "server.modules = (\"mod_cgi\")\n\
                 server.bind = \"127.0.0.1\"\n\
                 server.port = {port}\n\
                 server.document-root = \"{www}\"\n\
                 server.upload-dirs = (\"{folder}\")\n\
                 server.errorlog = \"{folder}/log\"\n\
                 server.max-fds = {descriptors}\n\
                 server.max-connections = {connections}\n\
                 server.max-keep-alive-requests = 30000\n\
                 server.max-keep-alive-idle = 75\n\
                 server.stream-request-body = 2\n\
                 server.stream-response-body = 2\n\
                 cgi.assign = (\"\" => \"\")\n"
            ),
        )?;
        let mut lighttpd = command(&find("lighttpd")?);
        lighttpd.arg("-D").arg("-f").arg(configuration);
        Ok(vec![lighttpd])
    },
};
