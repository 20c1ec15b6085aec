//! nginx with fcgiwrap, eight of its processes.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;

use super::{Connections, Server, command, descriptors, find, is_root};

pub(super) const SERVER: Server = Server {
    name: "nginx, fcgiwrap",
    word: "nginx",
    programs: &["nginx", "fcgiwrap"],
    packages: "nginx-light and fcgiwrap",
    connections: Connections::Kept,
    commands: |place| {
        let (folder, www, port) = (place.folder.display(), place.www.display(), place.port);
        let descriptors = descriptors();
        // Its workers would not be let to fcgiwrap's socket as another user than it.
        let user = if is_root() { "user root;\n" } else { "" };
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {folder}/{kind};\n"))
            .concat();
        let configuration = place.write(
            "nginx.conf",
            &format!(
                "daemon off;\n\
                 {user}\
                 pid {folder}/pid;\n\
                 error_log {folder}/log;\n\
                 worker_processes auto;\n\
                 worker_rlimit_nofile {descriptors};\n\
                 events {{ worker_connections {descriptors}; }}\n\
                 http {{\n\
                 {temporary}\
                 access_log off;\n\
                 keepalive_requests 1000000;\n\
                 keepalive_timeout 75s;\n\
                 client_max_body_size 0;\n\
                 server {{\n\
                 listen 127.0.0.1:{port} backlog=4096;\n\
                 location / {{\n\
                 fastcgi_pass unix:{folder}/socket;\n\
                 fastcgi_buffering off;\n\
                 fastcgi_request_buffering off;\n\
                 fastcgi_param GATEWAY_INTERFACE CGI/1.1;\n\
                 fastcgi_param SERVER_PROTOCOL $server_protocol;\n\
                 fastcgi_param REQUEST_METHOD $request_method;\n\
                 fastcgi_param REQUEST_URI $request_uri;\n\
                 fastcgi_param QUERY_STRING $query_string;\n\
                 fastcgi_param CONTENT_TYPE $content_type;\n\
                 fastcgi_param CONTENT_LENGTH $content_length;\n\
                 fastcgi_param SCRIPT_NAME $fastcgi_script_name;\n\
                 fastcgi_param SCRIPT_FILENAME {www}$fastcgi_script_name;\n\
                 }} }} }}\n"
            ),
        )?;
        let mut fcgiwrap = command(&find("fcgiwrap")?);
        // It takes a socket that listens already, so that nginx never asks too early.
        let socket = UnixListener::bind(place.folder.join("socket"))?;
        fcgiwrap.args(["-c", "8"]).stdin(OwnedFd::from(socket));
        let mut nginx = command(&find("nginx")?);
        nginx.arg("-e").arg(place.folder.join("log")).arg("-c").arg(configuration);
        Ok(vec![fcgiwrap, nginx])
    },
};
