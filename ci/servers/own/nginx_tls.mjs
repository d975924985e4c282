// nginx as it stands before many MCP servers: it ends TLS on a free port of 127.0.0.1 and hands on to a server from
// npm, which it starts itself. Argument: what Node runs as that server. All that nginx reads and writes lies in the
// scratch folder, and it runs without privileges, even where we are root.
import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import net from "node:net";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { hearOnce } from "../hear.mjs";
import { announce, scratch } from "../leash.mjs";

const kPortAttempts = 5;
const kPollMs = 20;
const kNobody = 65534;

const folder = join(scratch, "nginx");
const privileges = process.getuid() === 0 ? { uid: kNobody, gid: kNobody } : {};
// Debian keeps nginx where only root looks for programs.
const env = { ...process.env, PATH: [process.env.PATH, "/usr/sbin"].join(delimiter) };

const opensslConfig = `
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
`;

const nginxConfig = (port, upstream) => `
daemon off;
worker_processes 2;
pid nginx.pid;
error_log stderr warn;

events {
    worker_connections 512;
}

http {
    access_log access.log;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;

    upstream mcp {
        server 127.0.0.1:${upstream};
        keepalive 16;
    }

    server {
        listen 127.0.0.1:${port} ssl;
        server_name localhost;

        ssl_certificate server.pem;
        ssl_certificate_key server.key;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_session_cache shared:tls:1m;

        location / {
            proxy_pass http://mcp;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_buffering off;
            proxy_read_timeout 60s;
        }
    }
}
`;

function makeCertificate() {
  writeFileSync(join(folder, "openssl.cnf"), opensslConfig);
  const sign = (name, subject, ...more) =>
    execFileSync(
      "openssl",
      ["req", "-config", "openssl.cnf", "-x509", "-days", "2", "-subj", subject, "-extensions", name, "-nodes"].concat(
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", `${name}.key`, "-out", `${name}.pem`],
        more,
      ),
      { cwd: folder, env, ...privileges, stdio: ["ignore", "ignore", "pipe"] },
    );
  sign("ca", "/CN=Authority of one test run");
  sign("server", "/CN=localhost", "-CA", "ca.pem", "-CAkey", "ca.key");
}

/** A port that was free a moment ago: nginx cannot ask for any, so another process may take it first. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Whether nginx came to listen: it writes its pid only then, and ends where it cannot. */
async function listens(nginx) {
  const pid = join(folder, "nginx.pid");
  let ended = false;
  nginx.on("error", (error) => {
    process.stderr.write(`nginx: ${error.message}\n`);
    ended = true;
  });
  nginx.on("exit", () => (ended = true));
  while (!ended) {
    if (existsSync(pid) && Number(readFileSync(pid, "utf8")) === nginx.pid) return true;
    await new Promise((resolve) => setTimeout(resolve, kPollMs));
  }
  return false;
}

async function startNginx(upstream) {
  for (let attempt = 0; attempt < kPortAttempts; ++attempt) {
    const port = await freePort();
    writeFileSync(join(folder, "nginx.conf"), nginxConfig(port, upstream));
    const nginx = spawn("nginx", ["-p", folder, "-c", "nginx.conf", "-e", "stderr"], {
      env,
      ...privileges,
      stdio: ["ignore", "inherit", "inherit"],
    });
    if (await listens(nginx)) return { nginx, port };
  }
  throw new Error("nginx does not start");
}

async function main() {
  mkdirSync(folder);
  if (privileges.uid) [scratch, folder].forEach((path) => chownSync(path, privileges.uid, privileges.gid));
  makeCertificate();

  const loopback = fileURLToPath(new URL("../loopback.mjs", import.meta.url));
  const server = spawn(process.execPath, ["--import", loopback, ...process.argv.slice(2)], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  server.on("exit", () => process.exit(1));
  hearOnce(server.stdio[3], async (upstream) => {
    const { nginx, port } = await startNginx(upstream.port);
    nginx.on("exit", () => process.exit(1));
    announce({ port, scheme: "https", ca: join(folder, "ca.pem") });
  });
}

await main();
