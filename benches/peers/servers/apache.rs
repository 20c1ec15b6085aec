//! Apache with mod_cgid and the event MPM.

use std::path::Path;

use anyhow::Context;

use super::{Connections, Server, command, find, is_root};

/// Where Debian has its modules.
const MODULES: &str = "/usr/lib/apache2/modules";

pub(super) const SERVER: Server = Server {
    name: "Apache, mod_cgid",
    word: "apache",
    programs: &["apache2"],
    packages: "apache2",
    connections: Connections::Kept,
    commands: |place| {
        let (folder, www, port) = (place.folder.display(), place.www.display(), place.port);
        let modules = Path::new(MODULES);
        modules.join("mod_cgid.so").metadata().with_context(|| format!("no mod_cgid.so in {MODULES}"))?;
        // Its workers must not be root; everybody's nobody is enough for them.
        let user = if is_root() { "User nobody\nGroup nogroup\n" } else { "" };
        let configuration = place.write(
            "apache.conf",
            &format!(
                "ServerRoot {folder}\n\
                 DefaultRuntimeDir {folder}\n\
                 PidFile {folder}/pid\n\
                 ServerName localhost\n\
                 Listen 127.0.0.1:{port}\n\
                 ErrorLog {folder}/log\n\
                 {user}\
                 LoadModule mpm_event_module {MODULES}/mod_mpm_event.so\n\
                 LoadModule authz_core_module {MODULES}/mod_authz_core.so\n\
                 LoadModule cgid_module {MODULES}/mod_cgid.so\n\
                 ScriptSock {folder}/cgid\n\
                 ServerLimit 4\n\
                 StartServers 2\n\
                 ThreadsPerChild 64\n\
                 MaxRequestWorkers 256\n\
                 AsyncRequestWorkerFactor 64\n\
                 KeepAlive On\n\
                 MaxKeepAliveRequests 0\n\
                 KeepAliveTimeout 75\n\
                 DocumentRoot {www}\n\
                 <Directory {www}/cgi-bin>\n\
                 Require all granted\n\
                 Options +ExecCGI\n\
                 SetHandler cgi-script\n\
                 </Directory>\n"
            ),
        )?;
        let mut apache = command(&find("apache2")?);
        apache.arg("-DFOREGROUND").arg("-f").arg(configuration);
        Ok(vec![apache])
    },
};
